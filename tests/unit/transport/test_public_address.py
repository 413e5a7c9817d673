from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accord.transport.public_address import may_be_reached

PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "100.63.255.255", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450::1"]
NOT_PUBLIC = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7"),
    *("203.0.113.9", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1", "fe80::1%1", "fec0::1", "fc00::1"),
    *("fd00:ec2::254", "ff02::1", "ff0e::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::808:808", "100::1", "5f00::1"),
    *("4000::1", "/run/socket", "", "localhost", "2606:4700:4700::1111%1"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_internet_is_reached(address: str) -> None:
    assert may_be_reached(address, ())


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_everything_else_is_not(address: str) -> None:
    assert not may_be_reached(address, ())


def test_ipv4_behind_nat64_is_judged_by_what_it_is() -> None:
    assert may_be_reached("64:ff9b::808:808", ())


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
@example(IPv4Address("192.0.0.9"))
@example(IPv6Address("2001:4:112::1"))
def test_nothing_is_reached_that_python_calls_not_global(address: IPv4Address | IPv6Address) -> None:
    if may_be_reached(str(address), ()) and address not in ip_network("64:ff9b::/96"):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(network="10.1.0.0/16"), st.ip_addresses(network="10.0.0.0/8"))
def test_an_allowed_network_is_reached_and_its_neighbours_are_not(inside: IPv4Address, anywhere: IPv4Address) -> None:
    allowed = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    assert may_be_reached(str(inside), allowed)
    assert may_be_reached(str(anywhere), allowed) == (anywhere in allowed[0])
    assert may_be_reached("fd00::1", allowed)
    assert not may_be_reached(f"::ffff:{inside}", allowed), "an address in disguise is none of that network"
    assert ip_address(f"::ffff:{inside}") not in allowed[0]
