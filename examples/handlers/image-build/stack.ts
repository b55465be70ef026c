import * as path from 'node:path';

import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { LongRunningCustomResource, LongRunningHandler } from 'cdk-patient-lambda';
import { Construct } from 'constructs';

export interface ImageBuildProps {
  readonly runtime: lambda.Runtime;
  /** Folder with the Dockerfile. */
  readonly source: string;
}

/** An image that CodeBuild builds while the stack is deployed: no Docker where `cdk deploy` runs. */
export class ImageBuildStack extends Stack {
  constructor(scope: Construct, id: string, props: ImageBuildProps) {
    super(scope, id);
    const source = new Asset(this, 'Source', { path: props.source });
    const repository = new ecr.Repository(this, 'Images', { lifecycleRules: [{ maxImageCount: 20 }] });
    const project = this.project(source, repository);

    const image = new LongRunningCustomResource(this, 'Image', {
      handler: LongRunningHandler.fromFunction(
        new NodejsFunction(this, 'ImageBuild', {
          entry: path.join(__dirname, 'handler.ts'),
          runtime: props.runtime,
          timeout: Duration.minutes(15), // of one execution
        }),
      ),
      resourceType: 'Custom::ImageBuild',
      timeout: Duration.minutes(45), // of the whole build
      properties: { Project: project.projectName, Tag: source.assetHash.slice(0, 12) }, // other sources are another tag, and another build
    });
    iam.Grant.addToPrincipal({
      grantee: image,
      actions: ['codebuild:StartBuild', 'codebuild:BatchGetBuilds', 'codebuild:StopBuild'],
      resourceArns: [project.projectArn],
    });
    image.node.addDependency(project); // with its role's policy, which the name alone does not wait for

    new CfnOutput(this, 'ImageUri', { value: `${repository.repositoryUri}@${image.getAttString('Digest')}` });
  }

  private project(source: Asset, repository: ecr.Repository): codebuild.Project {
    const project = new codebuild.Project(this, 'Project', {
      source: codebuild.Source.s3({ bucket: source.bucket, path: source.s3ObjectKey }),
      environment: { buildImage: codebuild.LinuxBuildImage.STANDARD_7_0, privileged: true },
      environmentVariables: { REPOSITORY: { value: repository.repositoryUri } },
      timeout: Duration.minutes(40),
      buildSpec: codebuild.BuildSpec.fromObject({
        version: '0.2',
        env: { 'exported-variables': ['IMAGE_DIGEST'] },
        phases: {
          build: {
            commands: [
              'aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY%%/*}"',
              'docker build -t "$REPOSITORY:$IMAGE_TAG" .',
              'docker push "$REPOSITORY:$IMAGE_TAG"',
              'export IMAGE_DIGEST=$(docker inspect --format \'{{index .RepoDigests 0}}\' "$REPOSITORY:$IMAGE_TAG" | cut -d@ -f2)',
            ],
          },
        },
      }),
    });
    repository.grantPullPush(project);
    return project;
  }
}
