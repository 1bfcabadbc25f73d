from tests.cast import cast, other_project, site_project  # noqa: F401
