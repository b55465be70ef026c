import { Aspects } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { MaintenanceWindowOptions } from '../maintenance-window-options';
import { TickInputs } from '../parts/tick-inputs';
import { warnOfMarkerTakers } from './marker-takers/marker-takers';
import { tellOfTicksThatStayApart } from './tick-checks';

/** Says what is to be known of those who call a function, once the app has them all. */
export function callerAspect(fn: lambda.Function, options: MaintenanceWindowOptions): void {
  Aspects.of(fn).add({
    visit: (node: IConstruct) => {
      if (node === fn) {
        tellOfTicksThatStayApart(fn, options);
        warnOfMarkerTakers(fn, options);
      }
    },
  });
  fn.node.addValidation({
    validate: () => {
      // Once more for what aspects after this one have made; no template is written yet
      TickInputs.find(fn);
      return [];
    },
  });
}
