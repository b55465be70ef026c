import { IDeferredEventStore } from './deferred-event-store';
import { IMaintenanceWindow } from './maintenance-window';

/** What guards a function. */
export interface MaintenanceWindowGuard {
  /** The window that decides whether the handler is called. */
  readonly maintenanceWindow: IMaintenanceWindow;

  /** Where events are kept that come during a window. */
  readonly deferredEvents: IDeferredEventStore;

  /** The function's name in deferred events and metrics, unique in the account and Region. */
  readonly functionKey: string;
}
