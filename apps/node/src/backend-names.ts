/** What is said where the choice is the app's. */
export const AUTO = 'auto';

export const backendNames = ['engine', 'ort', 'wasm', 'tensorflow', 'cpu'] as const;

/** What `--backend` takes. */
export const backendWords = [AUTO, ...backendNames] as const;

/** Whether it takes a number of threads; the others have their own. */
export const takesThreads = (backend: string): boolean => backend === 'engine' || backend === 'ort';

/** In the order in which they are tried for training, which neither the engine nor onnxruntime can do. */
export const trainerNames = ['tensorflow', 'wasm', 'cpu'] as const;
