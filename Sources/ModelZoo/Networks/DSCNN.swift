import Inference

/// The keyword spotting network of MLPerf Tiny: 49 frames of 10 features, depthwise separable convolutions.
struct DSCNN: ZooNetwork {
  let description = NetworkDescription(
    "ds_cnn", "DS-CNN (MLPerf Tiny KWS)", input: [1, 1, 49, 10],
    citation: "Zhang et al., \"Hello Edge: Keyword Spotting on Microcontrollers\", arXiv:1711.07128; mlcommons/tiny")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    // TensorFlow's SAME at stride 2: the odd one goes to the bottom.
    let first = Window([10, 4], stride: 2, pads: [4, 1, 5, 1])
    var value = try net.convolution("conv1.0", input, 64, first, hasBias: true)
    value = try norm("conv1", 1, value, in: &net)
    for index in 0..<4 {
      let name = "blocks.\(index)"
      value = try net.depthwise("\(name).0", value, .centred(3), hasBias: true)
      value = try norm(name, 1, value, in: &net)
      value = try net.convolution("\(name).3", value, 64, Window(1), hasBias: true)
      value = try norm(name, 4, value, in: &net)
    }
    value = try net.flatten("flatten", net.globalAveragePool("avgpool", value))
    value = try net.linear("fc", value, 12)
    return try net.apply("Softmax", "softmax", [value], ["axis": .int(1)])
  }

  private func norm(_ name: String, _ index: Int, _ input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let value = try net.batchNormalization("\(name).\(index)", input, epsilon: 1e-3)
    return try net.activation("\(name).\(index + 1)", value, .relu)
  }
}
