import { type awscdk, javascript } from 'projen';
import * as pins from './pins';

/** What is installed for the build, what git ignores, and what the published package holds. */
export function packageContents(project: awscdk.AwsCdkConstructLibrary) {
  project.addDevDeps(...pins.DEV_DEPENDENCIES);
  project.package.addField('overrides', pins.OVERRIDES);

  const npmrc = new javascript.NpmConfig(project, { registry: undefined });
  npmrc.addConfig('omit-lockfile-registry-resolved', 'true');
}
