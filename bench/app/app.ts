import * as path from 'node:path';

import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { MaintenanceWindow, MaintenanceWindowFunction } from 'cdk-patient-lambda';

/** Four functions that do nothing: Python and Node.js, each with and without a window. */
class InvocationsStack extends Stack {
  constructor(scope: App, id: string) {
    super(scope, id);
    const maintenanceWindow = new MaintenanceWindow(this, 'Window');
    const code = lambda.Code.fromAsset(path.join(__dirname, 'handlers'));
    const runtimes = {
      Python: new lambda.Runtime(this.node.getContext('python') as string, lambda.RuntimeFamily.PYTHON),
      Nodejs: new lambda.Runtime(this.node.getContext('nodejs') as string, lambda.RuntimeFamily.NODEJS),
    };
    for (const [language, runtime] of Object.entries(runtimes)) {
      const props = { runtime, code, handler: 'index.handler', memorySize: 512, timeout: Duration.seconds(20) };
      const functions = {
        Bare: new lambda.Function(this, `${language}Bare`, props),
        // Without the look-up that follows a window for a while, and the window's creation too: the path of every other day
        Guarded: new MaintenanceWindowFunction(this, `${language}Guarded`, { ...props, maintenanceWindow, duplicateCheckFor: Duration.seconds(0) }),
      };
      for (const [kind, fn] of Object.entries(functions)) {
        new CfnOutput(this, `${language}${kind}Name`, { value: fn.functionName });
      }
    }
  }
}

new InvocationsStack(new App(), 'Invocations');
