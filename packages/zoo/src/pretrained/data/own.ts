// Written by scripts/catalogue/generate.mjs from the card of the embedded network. Do not edit.

/** One entry a line, as JSON. */
export const ownRows = `
{"name":"convzoo/resnet20-cifar10","model":"resnet20-cifar10","dialect":"torchvision","isDefault":true,"location":"npm:@convzoo/pretrained-resnet20-cifar10/weights.safetensors","format":"safetensors","checksum":{"algorithm":"sha256","digest":"b47b7e336785943b42c40165ed1fd0b13632f0baed240ac34523c3ac0aff2eb0"},"bytes":1092752,"licence":"Apache-2.0","source":"packages/pretrained-resnet20-cifar10/card.json, trained by this project","input":[32,32,3],"classes":10,"params":269722,"top1":87.38,"preprocessing":{"preset":"cifar10","resize":32,"crop":32,"interpolation":"bilinear"}}
`;
