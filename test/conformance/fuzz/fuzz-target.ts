/** Something that is fed with what it should not get. */
export interface FuzzTarget {
  readonly name: string;
  /** Does everything that follows from the seed. @throws {Error} when something is wrong */
  round(seed: number): Promise<void> | void;
}
