/** What a green run on the bed does not prove. Printed when it opens; tests marked `expected divergence` hold each line that can be measured. */
export const WEAKER_THAN_AWS: readonly string[] = [
  'IAM is not enforced, but for conditions on the tags of a function that a function calls, nor are the resource policies of functions; least privilege is judged from the recorded requests',
  'STS assumes roles that do not exist',
  'CloudFormation works through a stack one resource at a time, so no failure meets another resource under way; it cancels one only for CancelUpdateStack',
  'CloudFormation only deletes the new resource of one that was replaced in a failed update; AWS first updates it back',
  'DynamoDB neither throttles nor reads indexes late; its TTL is punctual',
  'Parameter Store has one rate for all its actions together, and what CloudFormation itself asks does not count',
  "an event reaches its rules once and at once; on AWS it may come late or twice, and Parameter Store's changes, sent by best effort, not at all",
  'EventBridge and its Scheduler have no retry policy and no dead-letter queue of their own; schedules know no flexible window and no time zone',
  'SQS mappings ignore the batching window',
  'Lambda does not stream responses, weigh aliases or run container images; it refuses them',
];
