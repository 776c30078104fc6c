// biome-ignore-all lint/suspicious/noUndeclaredEnvVars: this command is run by hand or by CI, never as a turbo task.
/** The environment variables that the command reads, each optional. */
const {
  /** Folder for what outlives node_modules, instead of `.native/` in the repository. */
  CONVZOO_NATIVE_DIR: nativeDir,
  /** A wheel that was fetched elsewhere, instead of the download. */
  CONVZOO_TENSORFLOW_WHEEL: wheelFile,
  /** Folder of node_api.h, instead of the one beside the node binary. */
  CONVZOO_NODE_HEADERS: headersFolder,
} = process.env;

export { headersFolder, nativeDir, wheelFile };
