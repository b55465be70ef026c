import { CustomResource, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

export interface MigrationProps {
  readonly serviceToken: string;
  /** Name of the migration that the deployment runs. */
  readonly migration: string;
}

/** A migration that a deployment runs, by the Provider of the stack of orders. During the window the deployment fails, and nothing is migrated. */
export class MigrationStack extends Stack {
  constructor(scope: Construct, id: string, props: MigrationProps) {
    super(scope, id);
    new CustomResource(this, 'Migration', { serviceToken: props.serviceToken, properties: { Migration: props.migration } });
  }
}
