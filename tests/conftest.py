"""What all tests share: hypothesis draws the same examples in every run, so that a failure is one for everybody."""

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("search", parent=settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile("ci")
