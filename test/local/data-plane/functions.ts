import { createHash, randomUUID } from 'node:crypto';

import { strToU8, zipSync } from 'fflate';

import type { FunctionConfiguration, FunctionSource } from '../../../local/data-plane/function-configuration';
import { ServiceError } from '../../../local/data-plane/service-error';

/** What a test says of a function; the rest is filled in. */
export interface FunctionDeclaration extends Partial<Omit<FunctionConfiguration, 'layers'>> {
  /** Files of the code. */
  readonly files?: Record<string, string>;
  /** Files of each layer. */
  readonly layers?: Record<string, string>[];
}

/** Functions that a test declares, served as the control plane would. */
export class DeclaredFunctions implements FunctionSource {
  /** How often zips were asked for. */
  codeReads = 0;
  private readonly configurations = new Map<string, FunctionConfiguration>();
  private readonly zips = new Map<string, Buffer>();

  /** Declares a function, or changes it: what it depends on gets a new revision. Answers with its name. */
  declare(functionName: string, { files = {}, layers = [], ...more }: FunctionDeclaration = {}): string {
    const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`;
    const qualifier = more.qualifier ?? '';
    const zip = zipOf(files);
    const codeSha256 = createHash('sha256').update(zip).digest('base64');
    this.zips.set(codeSha256, zip);
    const layerArns = layers.map((layer) => {
      const arn = `arn:aws:lambda:us-east-1:000000000000:layer:${randomUUID()}:1`;
      this.zips.set(arn, zipOf(layer));
      return arn;
    });
    this.configurations.set(`${functionName}:${qualifier}`, {
      functionName,
      functionArn,
      invokedArn: qualifier === '' ? functionArn : `${functionArn}:${qualifier}`,
      version: '$LATEST',
      runtime: 'python3.11',
      handler: 'index.handler',
      timeout: 30, // what a test does not ask about is no reason to fail on a busy machine
      memorySize: 128,
      ephemeralStorage: 512,
      environment: {},
      role: 'arn:aws:iam::000000000000:role/r',
      codeSha256,
      revisionId: randomUUID(),
      ...more,
      qualifier,
      layers: layerArns,
    });
    return functionName;
  }

  remove(functionName: string, qualifier = ''): void {
    this.configurations.delete(`${functionName}:${qualifier}`);
  }

  configuration(name: string, qualifier: string): Promise<FunctionConfiguration> {
    const bare = name.replace(/^arn:aws:lambda:[^:]+:[^:]+:function:/, '');
    const found = this.configurations.get(`${bare}:${qualifier}`);
    return found ? Promise.resolve(found) : Promise.reject(new ServiceError(404, 'ResourceNotFoundException', `Function not found: ${name}`));
  }

  code(configuration: FunctionConfiguration): Promise<Buffer> {
    this.codeReads += 1;
    return Promise.resolve(this.zips.get(configuration.codeSha256)!);
  }

  layer(arn: string): Promise<Buffer> {
    return Promise.resolve(this.zips.get(arn)!);
  }
}

function zipOf(files: Record<string, string>): Buffer {
  // Entries need the modes of a Unix system, or nobody else may read them.
  const unix = { os: 3, attrs: 0o100755 << 16 };
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, [strToU8(text), unix]]))));
}
