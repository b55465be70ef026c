import * as iam from 'aws-cdk-lib/aws-iam';

/** A statement of lambda/contract/iam.json; on what and when it holds is filled in at synth. */
export interface Permission {
  readonly actions: readonly string[];
}

/** Allows what the contract lists, on these resources and no others. */
export function allow({ actions }: Permission, resources: string[], conditions?: Record<string, unknown>): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: [...actions], resources, conditions });
}
