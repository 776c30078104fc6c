/** Pages of 64 KiB of the largest memory: 4 GiB less one, which every engine accepts. */
export const MAXIMUM_PAGES = 65_535;
