import { command } from '../options.js';

export function pullCommand() {
  return command('pull')
    .description('Download weights into the cache, check them, and say where they are')
    .argument('<weights>', 'a name of "weights list", a network (its default), hf://OWNER/REPO/FILE or https://...')
    .option('--mirror <place>', 'base URL or folder that stands for every host (or CONVZOO_MIRROR)')
    .option('--offline', 'download nothing: the cache, or an error (or CONVZOO_OFFLINE=1)')
    .option('--refresh', 'download again what is in the cache: a branch of the hub may have moved')
    .addHelpText(
      'after',
      `
A download that breaks off goes on where it was, by the same command. The cache
is CONVZOO_CACHE, or convzoo in XDG_CACHE_HOME or ~/.cache. HF_TOKEN is sent to
the Hugging Face hub (or HF_ENDPOINT) and to no one else.

Examples:
  $ convzoo weights pull resnet50
  $ convzoo weights pull timm/resnet50.a1_in1k --mirror /mnt/weights
  $ convzoo weights pull hf://timm/resnet18.a1_in1k/model.safetensors`,
    )
    .action(async (text, options) => {
      const { pull } = await import('../../actions/weights/pull.js');
      await pull(text, options);
    });
}
