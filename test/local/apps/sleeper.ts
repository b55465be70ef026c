/** A function that sleeps as long as its event says, with a child process of its own, and a custom resource that never answers when WAITS is set. */
import { App, CfnOutput, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunctionResource, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';

const stack = new Stack(new App(), 'Sleeper');
const sleeper = new LambdaFunctionResource(stack, 'Fn', {
  runtime: new Runtime(process.env.PYTHON_RUNTIME!, RuntimeFamily.PYTHON, { supportsInlineCode: true }),
  handler: 'index.handler',
  timeout: Duration.minutes(15),
  code: Code.fromInline(`
import subprocess, sys
def handler(event, context):
    seconds = event.get("sleep", 600)
    subprocess.run([sys.executable, "-c", f"import time; time.sleep({seconds})"], start_new_session=True)
    return "awake"
`),
});
if (process.env.WAITS) {
  new CustomResource(stack, 'Never', { serviceToken: sleeper.functionArn, serviceTimeout: Duration.minutes(30) });
}
new CfnOutput(stack, 'Name', { value: sleeper.functionName });
