/** Moves the values of a typed array into a longer one. */
export function enlarged<Values extends ArrayLike<number> & { set(values: ArrayLike<number>): void }>(
  old: Values,
  space: Values,
): Values {
  space.set(old);
  return space;
}
