/** A whole number out of the address, within its limits; `fallback` where it is none. */
export function wholeNumber(text: string, min: number, max: number, fallback: number): number {
  const value = Number(text);
  return text !== '' && Number.isInteger(value) ? Math.min(max, Math.max(min, value)) : fallback;
}

/** A choice out of the address; the first where it is none of them. */
export function oneOf<Value extends string>(text: string, values: readonly [Value, ...Value[]]): Value {
  return values.find((value) => value === text) ?? values[0];
}

/** For the address: nothing where it is what the page has anyway. */
export const unless = (value: number, fallback: number): string => (value === fallback ? '' : String(value));
