"""Re-export under the verb's own name, so that callers read ``services.close``."""

from lantu.duties.services.open import close_duty

__all__ = ["close_duty"]
