/**
 * How HTTP requests are rejected during a maintenance window. What is not given stays as it is by default: status 503 and a JSON body, with
 * `Content-Type`, `Cache-Control: no-store` and `Retry-After`.
 */
export interface Rejection {
  /**
   * The status, 400 to 599.
   *
   * @default 503
   */
  readonly statusCode?: number;

  /**
   * Headers, added to the default ones or in place of them: names are the same whatever their case. CORS headers belong here.
   *
   * @default - the default headers alone
   */
  readonly headers?: { [name: string]: string };

  /**
   * The body, of the content type that `headers` say, `application/json` by default. `{until}` becomes the window's end in ISO 8601 and `{reason}` the
   * operator's reason, both empty when not known. The reason is escaped as the content of a JSON string for JSON, as text for HTML, and not otherwise.
   *
   * @default - `{"message":"Maintenance in progress","until":...,"reason":...}`
   */
  readonly body?: string;
}
