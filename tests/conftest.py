"""What all tests share: property tests that try the same inputs on every machine, however slow it is."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "parity",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)
settings.load_profile("parity")
