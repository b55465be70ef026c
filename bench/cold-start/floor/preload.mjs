// Starts the client in the gate's way, after the part that is measured.
const { PART, AWS_LAMBDA_RUNTIME_API } = process.env;
if (PART === 'floor') {
  await import('./request.mjs');
} else if (PART === 'loading') {
  delete process.env.AWS_LAMBDA_RUNTIME_API; // without which the gate does nothing
  await import('/opt/cdk-patient-lambda/nodejs/preload.mjs');
  process.env.AWS_LAMBDA_RUNTIME_API = AWS_LAMBDA_RUNTIME_API;
}
