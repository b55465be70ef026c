import { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { IConstruct } from 'constructs';

import { partsOf, textOf } from './by-path';
import { isResourceOf, ResourceType } from './resource-type';
import { Properties, templateProperties } from './template-properties';
import { vpcIdOf } from './vpc-members';

/** Of a route, what says for where it is and not through what. */
const NOT_A_TARGET = /^(RouteTableId|Destination.*)$/;
/** A way for those who have a public address. */
const INTERNET_GATEWAY = /^igw-/;
const GATEWAY = 'Gateway';

/** What the templates of the app say of its networks. To render them for each function would take seconds in a large app. */
interface Scan {
  readonly subnets: readonly ec2.CfnSubnet[];
  readonly internetGateways: ReadonlySet<string>;
  readonly associations: readonly Properties[];
  readonly routes: readonly Properties[];
  readonly propagations: readonly Properties[];
  readonly endpoints: readonly { readonly vpc: string; readonly properties: Properties }[];
  /** Who has asked for it. */
  readonly asked: Set<IConstruct>;
}

const SCANS = new WeakMap<IConstruct, Scan>();

/** The ways that lead out of the subnets of an app, whichever of its stacks declares them. What is made elsewhere is not seen. */
export class VpcWays {
  private readonly scan: Scan;

  /** @param asker a construct of the app */
  constructor(asker: IConstruct) {
    this.scan = scanFor(asker);
  }

  /**
   * Those of some subnets that the app makes of which every route is seen, and out of which none leads, but to an internet gateway.
   *
   * @param ids of subnets, as {@link templateProperties} gives them
   */
  public closedSubnets(ids: readonly unknown[]): ec2.CfnSubnet[] {
    return this.scan.subnets.filter((subnet) => ids.some((id) => refersTo(id, subnet)) && this.isClosed(subnet));
  }

  /**
   * Whether the VPC of a subnet has an endpoint for a service, which the subnet can use.
   *
   * @param service as AWS names it in its endpoints: `dynamodb`, `ssm`
   */
  public hasEndpoint(subnet: ec2.CfnSubnet, service: string): boolean {
    const tables = this.routeTablesOf(subnet);
    const vpc = vpcIdOf(subnet);
    return this.scan.endpoints
      .filter((endpoint) => endpoint.vpc === vpc && mayBeFor(service, endpoint.properties))
      .some(({ properties: { VpcEndpointType: type = GATEWAY, RouteTableIds: ids } }) => type !== GATEWAY || names(ids, tables));
  }

  private isClosed(subnet: ec2.CfnSubnet): boolean {
    const tables = this.routeTablesOf(subnet);
    const { routes, propagations } = this.scan;
    // Without a table of its own a subnet goes by the main one of its VPC, which no template shows
    return (
      tables.size > 0 &&
      !routes.some((route) => names([route.RouteTableId], tables) && this.leadsOut(route)) &&
      !propagations.some(({ RouteTableIds: ids }) => names(ids, tables))
    );
  }

  private routeTablesOf(subnet: ec2.CfnSubnet): ReadonlySet<string> {
    const own = this.scan.associations.filter(({ SubnetId: id }) => refersTo(id, subnet));
    return new Set(own.map(({ RouteTableId: id }) => JSON.stringify(id)));
  }

  private leadsOut({ GatewayId: gateway, ...others }: Properties): boolean {
    const toInternet = this.scan.internetGateways.has(JSON.stringify(gateway)) || INTERNET_GATEWAY.test(textOf(gateway) ?? '');
    const targets = Object.entries(others).filter(([name, value]) => value !== undefined && !NOT_A_TARGET.test(name));
    return targets.length > 0 || (gateway !== undefined && !toInternet);
  }
}

/** Who asks again has come to another synth. */
function scanFor(asker: IConstruct): Scan {
  const { root } = asker.node;
  let scan = SCANS.get(root);
  if (!scan || scan.asked.has(asker)) {
    scan = scanOf(root.node.findAll());
    SCANS.set(root, scan);
  }
  scan.asked.add(asker);
  return scan;
}

function scanOf(all: readonly IConstruct[]): Scan {
  const ofType = <T extends CfnResource>(type: ResourceType<T>) => all.filter((construct) => isResourceOf(construct, type));
  return {
    subnets: ofType(ec2.CfnSubnet),
    internetGateways: new Set(ofType(ec2.CfnInternetGateway).flatMap(referencesTo)),
    associations: ofType(ec2.CfnSubnetRouteTableAssociation).map(templateProperties),
    routes: ofType(ec2.CfnRoute).map(templateProperties),
    propagations: ofType(ec2.CfnVPNGatewayRoutePropagation).map(templateProperties),
    endpoints: ofType(ec2.CfnVPCEndpoint).map((endpoint) => ({ vpc: vpcIdOf(endpoint), properties: templateProperties(endpoint) })),
    asked: new Set(),
  };
}

/** The name ends with the service's; one whose end only the deployment knows may be any's. */
function mayBeFor(service: string, { ServiceName: name }: Properties): boolean {
  const end = partsOf(name)?.at(-1) ?? name;
  return name !== undefined && (typeof end !== 'string' || new RegExp(`(^|\\.)${service}(-fips)?$`).test(end));
}

/** Whether a list has one of some ids. One that only the deployment knows may have any. */
function names(ids: unknown, wanted: ReadonlySet<string>): boolean {
  return Array.isArray(ids) ? ids.some((id) => wanted.has(JSON.stringify(id))) : ids !== undefined;
}

function refersTo(id: unknown, subnet: ec2.CfnSubnet): boolean {
  return referencesTo(subnet).includes(JSON.stringify(id));
}

/** A resource by its id: that is what its reference gives, and an attribute of its own. */
function referencesTo(resource: ec2.CfnSubnet | ec2.CfnInternetGateway): string[] {
  const attribute = resource.cfnResourceType.split('::')[2];
  return ['Ref', `${attribute}Id`].map((name) => JSON.stringify({ Ref: `${resource.node.path}.${name}` }));
}
