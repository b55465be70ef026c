import { Annotations, AspectPriority, Aspects, CfnResource, IAspect, Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { unsupported } from '../checks/supported-functions';
import { MaintenanceWindowGuard } from '../maintenance-window-guard';
import { GuardAllOptions } from '../maintenance-window-options';
import { guard, isGuarded } from './guard';

/** Guards every function under a scope: those that are there at once, and those that are added later when the app is synthesized. */
export function guardAll(scope: IConstruct, options: GuardAllOptions): MaintenanceWindowGuard[] {
  const all = new AllFunctions(scope, options);
  // An aspect of an app does not reach into its stages, which are synthesized on their own
  for (const root of new Set([scope, ...scope.node.findAll().filter((construct) => Stage.isStage(construct))])) {
    Aspects.of(root).add(all, { priority: AspectPriority.MUTATING });
  }
  scope.node.addValidation({ validate: () => all.missed() });
  return all.guardUnder(scope);
}

class AllFunctions implements IAspect {
  private readonly leftOut = new Set<IConstruct>();

  constructor(
    private readonly scope: IConstruct,
    private readonly options: GuardAllOptions,
  ) {}

  /** Before anything below is visited, so that what guards a function is visited as well. */
  public visit(node: IConstruct): void {
    if (node === this.scope || Stage.isStage(node) || isFunction(node)) {
      // What is in a stage below has been synthesized by now: a guard would not be in its template
      this.guard(this.open(node).filter((fn) => Stage.of(fn) === Stage.of(node)));
    }
  }

  public guardUnder(scope: IConstruct): MaintenanceWindowGuard[] {
    return this.guard(this.open(scope));
  }

  private guard(fns: lambda.Function[]): MaintenanceWindowGuard[] {
    const owners = fns.length === 0 ? undefined : madeByCdk(this.scope.node.root);
    return fns.flatMap((fn) => {
      const reason = owners?.get(fn) ?? unsupported(fn);
      if (reason === undefined) {
        return [guard(fn, this.options)];
      }
      this.leftOut.add(fn);
      Annotations.of(fn).addInfo(`guardAll leaves this function out: ${reason}`);
      return [];
    });
  }

  /** What was added when it was too late to guard it: nothing may be unprotected in silence. */
  public missed(): string[] {
    const owners = madeByCdk(this.scope.node.root);
    return this.open(this.scope)
      .filter((fn) => !owners.has(fn) && unsupported(fn) === undefined)
      .map((fn) => `guardAll did not see '${fn.node.path}', which was added in a new Stage or after the aspects had run: give it to guard()`);
  }

  /** The functions under a scope about which nothing is decided yet. */
  private open(scope: IConstruct): lambda.Function[] {
    return scope.node.findAll().filter((node): node is lambda.Function => isFunction(node) && !isGuarded(node) && !this.leftOut.has(node));
  }
}

/** By resource and not by class, of which an app may have two copies. */
function isFunction(node: IConstruct): node is lambda.Function {
  const resource = node.node.defaultChild;
  return 'functionArn' in node && CfnResource.isCfnResource(resource) && resource.cfnResourceType === lambda.CfnFunction.CFN_RESOURCE_TYPE_NAME;
}

/** Functions that constructs of the CDK have made for themselves, and whose: nobody wrote their handlers to be held. */
function madeByCdk(app: IConstruct): Map<unknown, string> {
  const owners = new Map<unknown, string>();
  for (const construct of app.node.findAll()) {
    const { path } = construct.node;
    if ('lambdaFunction' in construct) {
      owners.set(construct.lambdaFunction, `it belongs to '${path}', a SingletonFunction, and to whoever else names its uuid`);
    } else if ('_edgeFunction' in construct) {
      owners.set(construct._edgeFunction, `it runs at the edge (Lambda@Edge) for '${path}', where functions have no layers`);
    } else if ('onEventHandler' in construct) {
      const framework = construct.node.children.filter(isFunction);
      framework.forEach((fn) => owners.set(fn, `it belongs to '${path}', a Provider of the CDK, which calls your handlers: they are guarded`));
    }
  }
  return owners;
}
