/** What is PUT to ResponseURLs. S3 takes a second answer to one request as it took the first, so that nobody is told when the two contradict. */

/** One answer to CloudFormation, as it was PUT to a request's ResponseURL. */
export interface ResourceAnswer {
  readonly stackId: string;
  readonly logicalId: string;
  readonly requestType: string;
  readonly requestId: string;
  /** As text; of one that is longer than CloudFormation takes, its begin. */
  readonly body: string;
}

/** Every answer, in order of arrival. */
export class ResourceAnswers {
  readonly all: ResourceAnswer[] = [];
  /** Of two answers to one request whose status or id differ: a sentence. */
  readonly contradictions: string[] = [];

  /** @param log is told of a contradiction */
  constructor(private readonly log: (line: string) => void) {}

  add(answer: ResourceAnswer): void {
    const first = this.all.find(({ requestId }) => requestId === answer.requestId);
    this.all.push(answer);
    if (first && told(first) !== told(answer)) {
      const { requestType, logicalId, stackId } = answer;
      const which = `the ${requestType} of ${logicalId} in ${stackId}`;
      this.contradictions.push(`two answers to ${which} contradict each other: ${told(first)}, then ${told(answer)}`);
      this.log(this.contradictions.at(-1)!);
    }
  }
}

/** Status and id; all of an answer that has none. */
function told({ body }: ResourceAnswer): string {
  try {
    const { Status: status, PhysicalResourceId: id } = JSON.parse(body) as Record<string, unknown>;
    return `${String(status)} ${String(id)}`;
  } catch {
    return body;
  }
}
