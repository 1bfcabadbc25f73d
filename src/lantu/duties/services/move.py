"""Re-export under the verb's own name, so that callers read ``services.move``."""

from lantu.duties.services.open import move_duty

__all__ = ["move_duty"]
