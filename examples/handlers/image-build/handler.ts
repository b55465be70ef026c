/**
 * Custom::ImageBuild has a CodeBuild project build a container image, and is there when the image is. Each update builds again, and so does a rollback.
 *
 * The project's buildspec exports IMAGE_DIGEST (`exported-variables`), which becomes the attribute `Digest`.
 */
import { BatchGetBuildsCommand, type Build, CodeBuildClient, StartBuildCommand, StopBuildCommand } from '@aws-sdk/client-codebuild';
import { type AnyRequest, customResource, done, type OperationContext, type ResourceRequest, wait } from 'cdk-patient-lambda/handler';

interface Properties {
  readonly project: string;
  readonly tag: string;
}

type Running = { readonly build: string };

const codeBuild = new CodeBuildClient({});

export const handler = customResource<Properties, Running, { Digest: string }>({
  parse({ Project, Tag }) {
    if (typeof Project !== 'string' || typeof Tag !== 'string') {
      throw new Error(`Project and Tag must be strings, got ${JSON.stringify({ Project, Tag })}`);
    }
    return { project: Project, tag: Tag };
  },
  create: start,
  update: start,
  delete: async () => done(), // the images belong to the repository, and its lifecycle rules remove them

  async poll(_request, { build: id }, { signal }) {
    const { builds } = await codeBuild.send(new BatchGetBuildsCommand({ ids: [id] }), { abortSignal: signal });
    const build = builds?.[0];
    if (build?.buildStatus === 'IN_PROGRESS') {
      return wait({ build: id });
    }
    if (build?.buildStatus !== 'SUCCEEDED') {
      throw new Error(build ? whyFailed(build) : `CodeBuild no longer knows the build ${id}: was it deleted?`);
    }
    const digest = build.exportedEnvironmentVariables?.find(({ name }) => name === 'IMAGE_DIGEST')?.value;
    if (!digest) {
      throw new Error(`the build ${id} exported no IMAGE_DIGEST: name it in env.exported-variables of the buildspec, and set it`);
    }
    return done({ data: { Digest: digest } });
  },

  // Nobody waits for the build any more
  onTimeout: stop,
  onCancel: stop,
});

async function start({ properties }: ResourceRequest<Properties>, { idempotencyToken, retryWhileDenied }: OperationContext) {
  const command = new StartBuildCommand({
    projectName: properties.project,
    idempotencyToken, // the same request, delivered twice, starts one build
    environmentVariablesOverride: [{ name: 'IMAGE_TAG', value: properties.tag, type: 'PLAINTEXT' }],
  });
  const { build } = await retryWhileDenied(() => codeBuild.send(command)); // the permission comes with this very deployment
  return wait({ build: build!.id! });
}

async function stop(_request: AnyRequest<Properties>, state: Running | undefined) {
  await (state && codeBuild.send(new StopBuildCommand({ id: state.build })));
}

function whyFailed({ id, buildStatus, phases = [], logs }: Build): string {
  const contexts = phases.flatMap(({ phaseType, phaseStatus, contexts = [] }) =>
    phaseStatus === 'SUCCEEDED' ? [] : contexts.map(({ statusCode, message }) => `${phaseType}: ${[statusCode, message].filter(Boolean).join(': ')}`),
  );
  return [`the build ${id} is ${buildStatus}`, ...contexts, ...(logs?.deepLink ? [`log: ${logs.deepLink}`] : [])].join('; ');
}
