/** What a green run on the bed does not prove. Printed when it opens; tests marked `expected divergence` hold each line that can be measured. */
export const WEAKER_THAN_AWS: readonly string[] = [
  'IAM is not enforced: a missing permission does not fail here; least privilege is judged from bed.requests()',
  'STS assumes roles that do not exist',
  'CloudFormation works through a stack one resource at a time, and never cancels one that is under way',
  'CloudFormation deletes only the new resource of one that was replaced in a failed update',
  'DynamoDB neither throttles nor reads indexes late; its TTL is punctual',
  'EventBridge Scheduler has no retry policy, dead-letter queue, flexible window or time zone',
  'SQS mappings ignore the batching window; resource policies of functions are not checked',
  'Lambda does not stream responses, weigh aliases, or run images; AWS would',
];
