/** A tag of a parameter. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}
