import { command } from './options.js';

export function convertCommand() {
  return command('convert')
    .description('Write weights in another format or in the names of another framework, or a network as ONNX')
    .argument(
      '<in>',
      'safetensors, PyTorch .pt, Keras .h5 or .keras, TensorFlow.js model.json, ONNX, npz; or as classify --weights takes it; for ONNX also a network as --model takes it',
    )
    .argument('<out>', 'file to write: .safetensors, .npz, .json for TensorFlow.js, or .onnx')
    .option('-m, --model <name>', 'network of the file; found by its names and shapes if not given')
    .option('--from <dialect>', 'whose names the file has: torchvision, timm or keras; found out if not given')
    .option('--to <dialect>', 'whose names and layouts to write: torchvision, timm or keras')
    .option('--format <name>', "safetensors, npz, tfjs or onnx; by the output's name if not given")
    .option('--dtype <type>', 'write floats as float32 or float16')
    .option('--weights <file>', 'for ONNX: weights of the network, as classify takes them')
    .option('--layout <name>', 'for ONNX: nchw, as others have it (default), or nhwc, how pictures go in')
    .option('--taps <names>', 'for ONNX: more outputs, taps or layers with commas')
    .option('--fold', 'for ONNX: fold BatchNorm into convolutions')
    .option('--preset <name>', "for ONNX: preprocessing to note in the file, where it is not the network's own")
    .option('-f, --force', 'write over files that are there')
    .addHelpText(
      'after',
      `
Without --to names stay as they are, and the network need not be known. A model
for TensorFlow.js gets Keras's names and an architecture where the network is
known, so that tf.loadLayersModel loads it.
ONNX holds a whole network; its weights keep torch's names and layouts, so that
it can be read as weights again.

Examples:
  $ convzoo convert resnet18-f37072fd.pth resnet18.safetensors
  $ convzoo convert mobilenet.h5 mobilenet.npz --to torchvision
  $ convzoo convert resnet18.safetensors web/model.json --dtype float16
  $ convzoo convert resnet20_cifar10 resnet20.onnx --taps layer1,layer2
  $ convzoo convert mobilenet_v2 net.onnx --layout nhwc \\
      --weights mobilenet_v2.h5`,
    )
    .action(async (file, out, options) => {
      const { convert } = await import('../actions/convert.js');
      await convert(file, out, options);
    });
}
