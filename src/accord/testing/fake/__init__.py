"""draft"""

from accord.testing.fake.behaviour import Behaviour, Break, Bytes, Failure, Reply, Scripted
from accord.testing.fake.delivery import Cut, Delivery, Hold
from accord.testing.fake.provider import FakeProvider
from accord.testing.fake.seen import SeenRequest

__all__ = [
    "Behaviour",
    "Break",
    "Bytes",
    "Cut",
    "Delivery",
    "Failure",
    "FakeProvider",
    "Hold",
    "Reply",
    "Scripted",
    "SeenRequest",
]
