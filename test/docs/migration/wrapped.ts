/** The guide to migration: the functions of CDK's Provider as they are. */
import { customResource, fromOnEvent } from 'cdk-patient-lambda/handler';

import { isComplete, onEvent } from './on-event';

export const handler = customResource(fromOnEvent({ onEvent, isComplete }));
