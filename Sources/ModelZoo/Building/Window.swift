import Inference

/// The sliding window of a convolution or pool over height and width.
struct Window {
  /// Height and width.
  let kernel: [Int]
  let strides: [Int]
  /// Top, left, bottom, right.
  let pads: [Int]

  /// A square window with equal padding on all sides.
  init(_ kernel: Int, stride: Int = 1, padding: Int = 0) {
    self.init([kernel, kernel], stride: stride, pads: [Int](repeating: padding, count: 4))
  }

  init(_ kernel: [Int], stride: Int = 1, pads: [Int]) {
    self.kernel = kernel
    strides = [stride, stride]
    self.pads = pads
  }

  /// A square window of odd size that keeps height and width at stride 1.
  static func centred(_ kernel: Int, stride: Int = 1) -> Window {
    Window(kernel, stride: stride, padding: (kernel - 1) / 2)
  }

  var area: Int { kernel.reduce(1, *) }

  var attributes: [String: Attribute] {
    ["kernel_shape": .ints(kernel), "strides": .ints(strides), "pads": .ints(pads)]
  }
}
