import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

import type { EventOutcome } from './event-outcome';
import type { FunctionConfiguration } from './function-configuration';
import { DEAD_LETTER_MESSAGE_LIMIT } from './limits';
import { jsonText } from './payload';

/** The function's ARN as records name it: with the qualifier that was called, or `$LATEST`. */
export function recordedFunctionArn({ functionArn, qualifier }: FunctionConfiguration): string {
  return `${functionArn}:${qualifier === '' ? '$LATEST' : qualifier}`;
}

/**
 * The invocation record of AWS's Developer Guide ("Adding a destination"), with the payloads as they were, character for character.
 * An event that never ran has neither response context nor response payload; `payloads: false` leaves both payloads out.
 */
export function buildRecord(outcome: EventOutcome, { payloads = true } = {}): string {
  const { requestId, configuration, condition, invokeCount, payload, result, status, error } = outcome;
  const members: [string, string][] = [
    ['version', '"1.0"'],
    ['timestamp', JSON.stringify(new Date().toISOString())],
    [
      'requestContext',
      JSON.stringify({
        requestId,
        functionArn: recordedFunctionArn(configuration),
        condition,
        approximateInvokeCount: invokeCount,
      }),
    ],
  ];
  if (payloads) {
    members.push(['requestPayload', payload.toString('utf8')]);
  }
  if (status !== undefined) {
    members.push([
      'responseContext',
      JSON.stringify({
        statusCode: status,
        ...(result ? { executedVersion: result.executedVersion } : {}),
        ...(result?.errorType !== undefined ? { functionError: 'Unhandled' } : {}),
        ...(condition === 'RecursiveInvocation' ? { functionError: error } : {}),
      }),
    ]);
  }
  if (result && payloads) {
    const text = jsonText(result.payload);
    members.push(
      text !== undefined
        ? ['responsePayload', text]
        : [
            'deliveryError',
            JSON.stringify({
              statusCode: 400,
              errorCode: 'InvalidRequestContentException',
              errorMessage: 'The function response payload could not be parsed as JSON.',
            }),
          ],
    );
  }
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

/** Attributes of a dead letter: RequestID, ErrorCode (HTTP status) and ErrorMessage (its first 1 KB). */
export function deadLetterAttributes(outcome: EventOutcome): Record<string, MessageAttributeValue> {
  const message = Buffer.from(errorMessage(outcome)).subarray(0, DEAD_LETTER_MESSAGE_LIMIT).toString('utf8');
  return {
    RequestID: { DataType: 'String', StringValue: outcome.requestId },
    ...(outcome.status === undefined ? {} : { ErrorCode: { DataType: 'Number', StringValue: String(outcome.status) } }),
    // Attributes may not be empty
    ErrorMessage: { DataType: 'String', StringValue: message === '' ? 'null' : message },
  };
}

function errorMessage({ condition, result, error }: EventOutcome): string {
  if (condition === 'ZeroReservedConcurrency') {
    return 'Function not invoked. Function is configured with zero reserved concurrent executions';
  }
  if (!result) {
    return error ?? condition;
  }
  try {
    const { errorMessage: text } = JSON.parse(result.payload.toString('utf8')) as { errorMessage?: unknown };
    return typeof text === 'string' ? text : '';
  } catch {
    return result.payload.toString('utf8');
  }
}
