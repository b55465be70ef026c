import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';

import type { FunctionConfiguration, FunctionSource } from './function-configuration';

/** Directories that a sandbox binds. */
export interface EnvironmentFiles {
  /** For /var/task. */
  readonly taskRoot: string;
  /** For /opt; absent without layers. */
  readonly optRoot?: string;
}

/** How zips become directories. */
export interface FileTree {
  unzip(zip: Buffer, into: string): Promise<void>;
  /** In order, later wins. */
  mergeLayers(zips: Buffer[], into: string): Promise<void>;
}

/**
 * Unpacked code and layers. Directories are named by the hash of what is in them, so they never change;
 * zips are asked for once for each (ARN, version, CodeSha256, RevisionId).
 */
export class CodeCache {
  private readonly known = new Map<string, Promise<EnvironmentFiles>>();
  private readonly unpacked = new Map<string, Promise<string>>();

  constructor(
    private readonly directory: string,
    private readonly source: FunctionSource,
    private readonly fileTree: FileTree,
  ) {}

  /** Fetches and unpacks what the configuration names, unless that was done before. */
  files(configuration: FunctionConfiguration): Promise<EnvironmentFiles> {
    const { functionArn, version, codeSha256, revisionId, layers } = configuration;
    return once(this.known, JSON.stringify([functionArn, version, codeSha256, revisionId, layers]), () => this.load(configuration));
  }

  private async load(configuration: FunctionConfiguration): Promise<EnvironmentFiles> {
    const [code, layers] = await Promise.all([
      this.source.code(configuration),
      Promise.all(configuration.layers.map((arn) => this.source.layer(arn))),
    ]);
    const [taskRoot, optRoot] = await Promise.all([
      this.unpack('code', [code], (into) => this.fileTree.unzip(code, into)),
      layers.length === 0 ? undefined : this.unpack('layers', layers, (into) => this.fileTree.mergeLayers(layers, into)),
    ]);
    return optRoot === undefined ? { taskRoot } : { taskRoot, optRoot };
  }

  private unpack(kind: string, zips: Buffer[], fill: (into: string) => Promise<void>): Promise<string> {
    const hash = createHash('sha256');
    zips.forEach((zip) => hash.update(createHash('sha256').update(zip).digest()));
    const target = path.join(this.directory, kind, hash.digest('hex'));
    return once(this.unpacked, target, async () => {
      // Filled beside and renamed, so that a directory with this name is always whole
      const partial = `${target}.partial`;
      await fs.rm(partial, { recursive: true, force: true });
      await fs.mkdir(partial, { recursive: true });
      await fill(partial);
      await fs.rm(target, { recursive: true, force: true });
      await fs.rename(partial, target);
      return target;
    });
  }
}

/** Runs `make` once for a key; a failure is forgotten, so that the next caller tries again. */
function once<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let made = cache.get(key);
  if (!made) {
    made = make();
    cache.set(key, made);
    made.catch(() => cache.delete(key));
  }
  return made;
}
