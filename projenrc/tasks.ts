import type { awscdk } from 'projen';

/** The commands of this repository. Raw npm scripts where a process between npm and the command would only add noise to the last lines. */
export function tasks(project: awscdk.AwsCdkConstructLibrary) {
  void project;
}
