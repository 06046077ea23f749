import Inference

/// A U-Net of half the original width with BatchNormalization and padded convolutions, at 256 x 256.
///
/// Topology and layer names are those of the brain segmentation network on PyTorch Hub.
struct UNet: ZooNetwork {
  let description = NetworkDescription(
    "unet", "U-Net", input: [1, 3, 256, 256],
    citation: "Ronneberger et al., \"U-Net: Convolutional Networks for Biomedical Image Segmentation\", MICCAI 2015; "
      + "Buda et al., PyTorch Hub mateuszbuda_brain-segmentation-pytorch_unet")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = input
    var skips: [ValueID] = []
    for level in 1...4 {
      value = try block("encoder\(level)", "enc\(level)", value, 16 << level, in: &net)
      skips.append(value)
      value = try net.maxPool("pool\(level)", value, Window(2, stride: 2))
    }
    value = try block("bottleneck", "bottleneck", value, 512, in: &net)
    for level in (1...4).reversed() {
      value = try upsample("upconv\(level)", value, 16 << level, in: &net)
      value = try net.concatenate("cat\(level)", [value, skips[level - 1]])
      value = try block("decoder\(level)", "dec\(level)", value, 16 << level, in: &net)
    }
    value = try net.convolution("conv", value, 1, Window(1), hasBias: true)
    return try net.activation("sigmoid", value, .sigmoid)
  }

  private func block(
    _ module: String, _ prefix: String, _ input: ValueID, _ channels: Int, in net: inout NetworkBuilder
  ) throws -> ValueID {
    try (1...2).reduce(input) { value, number in
      var value = try net.convolution("\(module).\(prefix)conv\(number)", value, channels, .centred(3))
      value = try net.batchNormalization("\(module).\(prefix)norm\(number)", value)
      return try net.activation("\(module).\(prefix)relu\(number)", value, .relu)
    }
  }

  /// A transposed convolution that doubles height and width; each output element is a sum over the channels alone.
  private func upsample(_ name: String, _ input: ValueID, _ channels: Int, in net: inout NetworkBuilder) throws
    -> ValueID
  {
    let window = Window(2, stride: 2)
    let inputChannels = try net.shape(of: input)[1]
    let weight = net.weight(name, [inputChannels, channels] + window.kernel, fanIn: inputChannels, over: input)
    return try net.apply(
      "ConvTranspose", name, [input, weight, net.bias(name, channels)], window.attributes, signal: .unit)
  }
}
