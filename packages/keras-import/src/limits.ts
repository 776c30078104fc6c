// Bounds on what a configuration from outside may ask for, with room above what networks have.

/** Longest configuration that is parsed. That of NASNet, the longest of keras.applications, has 0.7 million characters. */
export const MAX_CONFIG_CHARACTERS = 32_000_000;

/** Most layers of a model, those of inner models included. NASNet-Large has 1041. */
export const MAX_LAYERS = 20_000;

/** Most calls of layers. An inner model that is called twice, in one that is called twice ..., doubles at each depth. */
export const MAX_CALLS = 50_000;

/** Models within models. Keras's own have two at most. */
export const MAX_DEPTH = 16;

/** Largest number of filters, extent or stride. */
export const MAX_EXTENT = 2 ** 20;

/** Most values of one layer's output for one example: 1 GiB of float32. */
export const MAX_ELEMENTS = 2 ** 28;

/** Nesting of lists in the arguments of a call. */
export const MAX_LIST_DEPTH = 8;

/** Longest name of a layer; it stands in paths and in errors. */
export const MAX_NAME_CHARACTERS = 1000;
