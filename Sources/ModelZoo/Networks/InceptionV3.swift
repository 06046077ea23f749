import Inference

/// Inception v3 at 299 x 299 without auxiliary classifier, as torchvision has it.
struct InceptionV3: ZooNetwork {
  let description = NetworkDescription(
    "inception_v3", "Inception v3", input: [1, 3, 299, 299],
    citation: "Szegedy et al., \"Rethinking the Inception Architecture for Computer Vision\", CVPR 2016")

  private static let reduction = Window(3, stride: 2)
  /// One row of seven, and one column of seven.
  private static let row7 = Window([1, 7], pads: [0, 3, 0, 3])
  private static let column7 = Window([7, 1], pads: [3, 0, 3, 0])
  private static let row3 = Window([1, 3], pads: [0, 1, 0, 1])
  private static let column3 = Window([3, 1], pads: [1, 0, 1, 0])

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = try net.basicConvolution("Conv2d_1a_3x3", input, 32, Self.reduction)
    value = try net.basicConvolution("Conv2d_2a_3x3", value, 32, Window(3))
    value = try net.basicConvolution("Conv2d_2b_3x3", value, 64, .centred(3))
    value = try net.maxPool("maxpool1", value, Self.reduction)
    value = try net.basicConvolution("Conv2d_3b_1x1", value, 80, Window(1))
    value = try net.basicConvolution("Conv2d_4a_3x3", value, 192, Window(3))
    value = try net.maxPool("maxpool2", value, Self.reduction)
    value = try moduleA("Mixed_5b", value, pooled: 32, in: &net)
    value = try moduleA("Mixed_5c", value, pooled: 64, in: &net)
    value = try moduleA("Mixed_5d", value, pooled: 64, in: &net)
    value = try moduleB("Mixed_6a", value, in: &net)
    for (name, width) in [("Mixed_6b", 128), ("Mixed_6c", 160), ("Mixed_6d", 160), ("Mixed_6e", 192)] {
      value = try moduleC(name, value, width, in: &net)
    }
    value = try moduleD("Mixed_7a", value, in: &net)
    value = try moduleE("Mixed_7b", value, in: &net)
    value = try moduleE("Mixed_7c", value, in: &net)
    value = try net.flatten("flatten", net.globalAveragePool("avgpool", value))
    return try net.linear("fc", value, 1000)
  }

  /// A chain of convolutions; names come with their channels and windows.
  private func chain(
    _ name: String, _ input: ValueID, _ steps: [(String, Int, Window)], in net: inout NetworkBuilder
  ) throws -> ValueID {
    try steps.reduce(input) { try net.basicConvolution("\(name).\($1.0)", $0, $1.1, $1.2) }
  }

  private func pooled(_ name: String, _ input: ValueID, _ channels: Int, in net: inout NetworkBuilder) throws -> ValueID
  {
    let pool = try net.averagePool("\(name).avg_pool", input, .centred(3))
    return try net.basicConvolution("\(name).branch_pool", pool, channels, Window(1))
  }

  /// Figure 5 of the paper, 35 x 35.
  private func moduleA(_ name: String, _ input: ValueID, pooled: Int, in net: inout NetworkBuilder) throws -> ValueID {
    let branches = [
      try chain(name, input, [("branch1x1", 64, Window(1))], in: &net),
      try chain(name, input, [("branch5x5_1", 48, Window(1)), ("branch5x5_2", 64, .centred(5))], in: &net),
      try chain(
        name, input,
        [
          ("branch3x3dbl_1", 64, Window(1)), ("branch3x3dbl_2", 96, .centred(3)), ("branch3x3dbl_3", 96, .centred(3)),
        ], in: &net),
      try self.pooled(name, input, pooled, in: &net),
    ]
    return try net.concatenate("\(name).cat", branches)
  }

  /// Figure 10, from 35 x 35 to 17 x 17.
  private func moduleB(_ name: String, _ input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let branches = [
      try chain(name, input, [("branch3x3", 384, Self.reduction)], in: &net),
      try chain(
        name, input,
        [
          ("branch3x3dbl_1", 64, Window(1)), ("branch3x3dbl_2", 96, .centred(3)),
          ("branch3x3dbl_3", 96, Self.reduction),
        ], in: &net),
      try net.maxPool("\(name).max_pool", input, Self.reduction),
    ]
    return try net.concatenate("\(name).cat", branches)
  }

  /// Figure 6 with n = 7, 17 x 17.
  private func moduleC(_ name: String, _ input: ValueID, _ width: Int, in net: inout NetworkBuilder) throws -> ValueID {
    let branches = [
      try chain(name, input, [("branch1x1", 192, Window(1))], in: &net),
      try chain(
        name, input,
        [("branch7x7_1", width, Window(1)), ("branch7x7_2", width, Self.row7), ("branch7x7_3", 192, Self.column7)],
        in: &net),
      try chain(
        name, input,
        [
          ("branch7x7dbl_1", width, Window(1)), ("branch7x7dbl_2", width, Self.column7),
          ("branch7x7dbl_3", width, Self.row7), ("branch7x7dbl_4", width, Self.column7),
          ("branch7x7dbl_5", 192, Self.row7),
        ], in: &net),
      try pooled(name, input, 192, in: &net),
    ]
    return try net.concatenate("\(name).cat", branches)
  }

  /// From 17 x 17 to 8 x 8.
  private func moduleD(_ name: String, _ input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let branches = [
      try chain(name, input, [("branch3x3_1", 192, Window(1)), ("branch3x3_2", 320, Self.reduction)], in: &net),
      try chain(
        name, input,
        [
          ("branch7x7x3_1", 192, Window(1)), ("branch7x7x3_2", 192, Self.row7), ("branch7x7x3_3", 192, Self.column7),
          ("branch7x7x3_4", 192, Self.reduction),
        ], in: &net),
      try net.maxPool("\(name).max_pool", input, Self.reduction),
    ]
    return try net.concatenate("\(name).cat", branches)
  }

  /// Figure 7, 8 x 8: the 3 x 3 convolutions spread into a row and a column side by side.
  private func moduleE(_ name: String, _ input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let direct = try chain(name, input, [("branch1x1", 320, Window(1))], in: &net)
    let single = try chain(name, input, [("branch3x3_1", 384, Window(1))], in: &net)
    let double = try chain(
      name, input, [("branch3x3dbl_1", 448, Window(1)), ("branch3x3dbl_2", 384, .centred(3))], in: &net)
    let singleSpread = [
      try chain(name, single, [("branch3x3_2a", 384, Self.row3)], in: &net),
      try chain(name, single, [("branch3x3_2b", 384, Self.column3)], in: &net),
    ]
    let doubleSpread = [
      try chain(name, double, [("branch3x3dbl_3a", 384, Self.row3)], in: &net),
      try chain(name, double, [("branch3x3dbl_3b", 384, Self.column3)], in: &net),
    ]
    let branches = [
      direct, try net.concatenate("\(name).cat_branch3x3", singleSpread),
      try net.concatenate("\(name).cat_branch3x3dbl", doubleSpread), try pooled(name, input, 192, in: &net),
    ]
    return try net.concatenate("\(name).cat", branches)
  }
}
