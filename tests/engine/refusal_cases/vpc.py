"""The network: ranges, gateways, routes, endpoints."""

from policies import tokens
from tests.engine.refusal_cases.situations import NOWHERE, Case, again, changed, full, in_use, made

_ELSEWHERE = "com.amazonaws.us-east-1.secretsmanager"


def subnet(cidr, **changes):
    """Make a second subnet."""
    return again(tokens.SUBNET, cidrBlock=cidr, **changes)


def second_nat(ground, _file):
    """Make a second NAT gateway with the first one's address."""
    return again(tokens.NAT_GATEWAY)(ground, _file)


def nat_without_gateway(ground, file):
    """Make a NAT gateway where somebody took the internet gateway away."""
    ground.inputs(tokens.NAT_GATEWAY)
    with file.change() as contents:
        del contents.resources[tokens.INTERNET_GATEWAY]
    return lambda: ground.client.create(
        tokens.NAT_GATEWAY, {"allocationId": ground.the(tokens.EIP).id, "subnetId": ground.the(tokens.SUBNET).id}
    )


def gateway_of_nat(ground, _file):
    """Take the internet gateway away while a NAT gateway has a public address."""
    ground.make(tokens.NAT_GATEWAY)
    return ground.the(tokens.INTERNET_GATEWAY).delete


def endpoint_with_name(ground, _file):
    """Give a second endpoint of the service the ordinary name."""
    ground.the(tokens.VPC_ENDPOINT)
    second = ground.make(tokens.VPC_ENDPOINT, privateDnsEnabled=False)
    return lambda: second.update(privateDnsEnabled=True)


CASES = [
    *(
        Case("CreateVpc", "InvalidVpc.Range", cidr, made(tokens.VPC, cidrBlock=cidr))
        for cidr in ("10.0.0.0/15", "10.0.0.0/29", "10.0.0.1/16", "anything")
    ),
    Case("CreateVpc", "VpcLimitExceeded", "0 VPCs", full(tokens.VPC, "VPCs")),
    *(
        Case("DeleteVpc", "DependencyViolation", prefix, in_use(tokens.VPC, type_))
        for prefix, type_ in (
            ("subnet-", tokens.SUBNET),
            ("igw-", tokens.INTERNET_GATEWAY),
            ("rtb-", tokens.ROUTE_TABLE),
        )
    ),
    Case("CreateSubnet", "InvalidVpcID.NotFound", NOWHERE, made(tokens.SUBNET, vpcId=NOWHERE)),
    Case("CreateSubnet", "InvalidSubnet.Range", "10.9.0.0/29", made(tokens.SUBNET, cidrBlock="10.9.0.0/29")),
    Case("CreateSubnet", "InvalidSubnet.Range", "not within", made(tokens.SUBNET, cidrBlock="10.10.0.0/24")),
    Case("CreateSubnet", "InvalidSubnet.Conflict", "10.9.0.0/24", subnet("10.9.0.0/24")),
    Case("CreateSubnet", "InvalidSubnet.Conflict", "10.9.0.0/20", subnet("10.9.0.0/20")),
    Case("CreateSubnet", "InvalidParameterValue", "us-east-1a", made(tokens.SUBNET, availabilityZone="us-east-1a")),
    Case("DeleteSubnet", "DependencyViolation", "nat-", in_use(tokens.SUBNET, tokens.NAT_GATEWAY)),
    Case("DeleteSubnet", "DependencyViolation", "vpce-", in_use(tokens.SUBNET, tokens.VPC_ENDPOINT)),
    Case("AttachInternetGateway", "InvalidVpcID.NotFound", NOWHERE, made(tokens.INTERNET_GATEWAY, vpcId=NOWHERE)),
    Case("AttachInternetGateway", "Resource.AlreadyAssociated", "igw-", again(tokens.INTERNET_GATEWAY)),
    Case("DetachInternetGateway", "DependencyViolation", "mapped public address", gateway_of_nat),
    Case("CreateNatGateway", "InvalidSubnetID.NotFound", NOWHERE, made(tokens.NAT_GATEWAY, subnetId=NOWHERE)),
    Case("CreateNatGateway", "InvalidAllocationID.NotFound", NOWHERE, made(tokens.NAT_GATEWAY, allocationId=NOWHERE)),
    Case("CreateNatGateway", "Gateway.NotAttached", "no Internet gateway", nat_without_gateway),
    Case("CreateNatGateway", "Resource.AlreadyAssociated", "nat-", second_nat),
    Case("AllocateAddress", "AddressLimitExceeded", "0 elastic", full(tokens.EIP, "elastic IP addresses")),
    Case("CreateRoute", "InvalidRouteTableID.NotFound", NOWHERE, made(tokens.ROUTE, routeTableId=NOWHERE)),
    Case("CreateRoute", "RouteAlreadyExists", "0.0.0.0/0", again(tokens.ROUTE)),
    Case("CreateRoute", "InvalidInternetGatewayID.NotFound", NOWHERE, made(tokens.ROUTE, gatewayId=NOWHERE)),
    Case(
        "CreateRoute",
        "InvalidNatGatewayID.NotFound",
        NOWHERE,
        made(tokens.ROUTE, gatewayId=None, natGatewayId=NOWHERE),
    ),
    Case("CreateRouteTable", "InvalidVpcID.NotFound", NOWHERE, made(tokens.ROUTE_TABLE, vpcId=NOWHERE)),
    Case(
        "DeleteRouteTable",
        "DependencyViolation",
        "rtbassoc-",
        in_use(tokens.ROUTE_TABLE, tokens.ROUTE_TABLE_ASSOCIATION),
    ),
    Case(
        "AssociateRouteTable",
        "InvalidSubnetID.NotFound",
        NOWHERE,
        made(tokens.ROUTE_TABLE_ASSOCIATION, subnetId=NOWHERE),
    ),
    Case(
        "AssociateRouteTable",
        "InvalidRouteTableID.NotFound",
        NOWHERE,
        made(tokens.ROUTE_TABLE_ASSOCIATION, routeTableId=NOWHERE),
    ),
    Case("AssociateRouteTable", "Resource.AlreadyAssociated", "rtbassoc-", again(tokens.ROUTE_TABLE_ASSOCIATION)),
    Case("CreateVpcEndpoint", "InvalidServiceName", _ELSEWHERE, made(tokens.VPC_ENDPOINT, serviceName=_ELSEWHERE)),
    Case("CreateVpcEndpoint", "InvalidSubnetID.NotFound", NOWHERE, made(tokens.VPC_ENDPOINT, subnetIds=[NOWHERE])),
    Case("CreateVpcEndpoint", "InvalidGroup.NotFound", NOWHERE, made(tokens.VPC_ENDPOINT, securityGroupIds=[NOWHERE])),
    Case("CreateVpcEndpoint", "InvalidParameter", "vpce-", again(tokens.VPC_ENDPOINT)),
    Case("ModifyVpcEndpoint", "InvalidParameter", "vpce-", endpoint_with_name),
    Case("CreateFlowLogs", "FlowLogAlreadyExists", "fl-", again(tokens.FLOW_LOG)),
    Case(
        "CreateSecurityGroup",
        "InvalidParameterValue",
        "The team's",
        made(tokens.SECURITY_GROUP, description="The team's."),
    ),
    *(
        Case(f"AuthorizeSecurityGroup{direction}", "InvalidParameterValue", "it's", made(type_, description="it's"))
        for type_, direction in ((tokens.INGRESS_RULE, "Ingress"), (tokens.EGRESS_RULE, "Egress"))
    ),
    *(
        Case("ModifySecurityGroupRules", "InvalidParameterValue", "it's", changed(type_, description="it's"))
        for type_ in (tokens.INGRESS_RULE, tokens.EGRESS_RULE)
    ),
]
