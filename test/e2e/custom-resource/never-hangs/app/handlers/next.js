const { wait } = require('cdk-patient-lambda/handler');

/** Seconds, just beyond the margin of an execution of 30 s: the rest of the sleep crosses to the next execution. */
const OVER_THE_MARGIN = 24.5;

/** On to the next execution: at once by an id that is to be safe first, where there may be one, else by a sleep. */
exports.next = ({ requestType, logicalResourceId, properties }, hop) => {
  return requestType === 'Delete' || properties.Hops === 'at the margin'
    ? wait({ hop: hop + 1 }, { afterSeconds: OVER_THE_MARGIN })
    : wait({ hop: hop + 1 }, { physicalResourceId: `made-${logicalResourceId}-${hop + 1}`, afterSeconds: 0 });
};
