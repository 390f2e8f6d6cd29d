"""A VPC's range is cut into subnets: parts of it, apart, large enough for AWS, and the same way for every size."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from program.network.cutting import NARROWEST, WIDEST, ZONES, cut

# What AWS takes for a subnet.
WIDEST_SUBNET, NARROWEST_SUBNET = 16, 28


@st.composite
def ranges(draw):
    prefix = draw(st.integers(WIDEST, NARROWEST))
    number = draw(st.integers(0, 2**prefix - 1))
    return ipaddress.IPv4Network((number << (32 - prefix), prefix))


@given(ranges())
def test_every_subnet_is_a_part_of_the_vpc_and_apart_from_the_others(vpc):
    found = cut(str(vpc))
    subnets = [ipaddress.IPv4Network(text) for text in (*found.private, *found.public)]

    assert len(found.private) == len(found.public) == ZONES
    for number, subnet in enumerate(subnets):
        assert subnet.subnet_of(vpc)
        assert WIDEST_SUBNET <= subnet.prefixlen <= NARROWEST_SUBNET
        assert not any(subnet.overlaps(other) for other in subnets[:number])


@given(ranges())
def test_each_private_subnet_has_a_quarter_of_the_vpc_and_a_sixteenth_is_left(vpc):
    found = cut(str(vpc))

    assert {ipaddress.IPv4Network(text).num_addresses for text in found.private} == {vpc.num_addresses // 4}
    taken = sum(ipaddress.IPv4Network(text).num_addresses for text in (*found.private, *found.public))
    assert vpc.num_addresses - taken == vpc.num_addresses // 16


def test_a_vpc_of_the_usual_size_is_cut_as_the_guide_shows():
    found = cut("10.0.0.0/16")

    assert found.private == ("10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18")
    assert found.public == ("10.0.192.0/20", "10.0.208.0/20", "10.0.224.0/20")


@pytest.mark.parametrize("text", ["10.0.0.1/16", "10.0.0.0/29", "10.0.0.0", "fd00::/56", "x"])
def test_what_is_no_range_that_can_be_cut_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        cut(text)
