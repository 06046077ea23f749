import Inference

extension Probe {
  /// Windows, and at which size of the input with how many channels, one convolution after another.
  static let convolutions: [Probe] =
    chains(
      .centred(1),
      [(112, [16, 48, 24]), (56, [48, 96, 160, 64]), (28, [96, 320, 80, 192]), (14, [160, 640, 224, 400])])
    + chains(
      .centred(1),
      [(7, [320, 1280, 448, 900]), (28, [24, 144, 24, 40]), (14, [40, 240, 56]), (1, [512, 128, 48, 576])])
    + chains(.centred(3), [(224, [3, 32, 48]), (112, [32, 48, 96]), (56, [96, 160, 48]), (28, [96, 192, 320])])
    + chains(
      .centred(3),
      [(14, [160, 320, 400]), (7, [320, 640, 448]), (32, [3, 16, 24, 16]), (16, [24, 48, 32]), (9, [64, 24])])
    + chains(.centred(3), [(208, [16, 24]), (13, [192, 768, 896]), (256, [24, 32]), (128, [48, 80])])
    + chains(
      .centred(3, stride: 2),
      [(224, [3, 24]), (300, [3, 40]), (112, [32, 80]), (56, [48, 160]), (28, [112, 288]), (14, [192, 448])])
    + chains(.centred(3, stride: 2), [(32, [16, 40]), (16, [24, 56]), (160, [3, 8])])
    + chains(
      .centred(5),
      [
        (28, [1, 8, 12]), (14, [8, 20]), (27, [48, 160]), (14, [24, 56]), (28, [24, 80]), (7, [40, 112]),
        (35, [40, 72]),
      ])
    + chains(Window(5), [(14, [6, 12]), (16, [8, 24])])
    + chains(.centred(7, stride: 2), [(224, [3, 48]), (128, [3, 80])])
    + chains(Window(11, stride: 4, padding: 2), [(224, [3, 48]), (227, [3, 80])])
    + chains(
      Window([1, 7], pads: [0, 3, 0, 3]), [(17, [96, 128, 160, 192, 224]), (17, [224, 192, 160]), (14, [48, 80])])
    + chains(
      Window([7, 1], pads: [3, 0, 3, 0]), [(17, [96, 128, 160, 192, 224]), (17, [224, 192, 160]), (14, [48, 80])])
    + chains(Window([1, 3], pads: [0, 1, 0, 1]), [(8, [320, 448]), (14, [96, 160])])
    + chains(Window([3, 1], pads: [1, 0, 1, 0]), [(8, [320, 448]), (14, [96, 160])])
    + chains(Window([10, 4], stride: 2, pads: [4, 1, 5, 2]), [(49, [1, 48]), (64, [1, 32])])
    + chains(
      .centred(3), [(32, [16, 16, 16]), (16, [32, 32]), (8, [64, 64]), (28, [448, 512]), (13, [512, 1152])])
    + chains(.centred(1, stride: 2), [(56, [192, 384]), (28, [384, 640]), (14, [640, 1280]), (16, [24, 48])])

  private static func chains(_ window: Window, _ sizes: [(side: Int, channels: [Int])]) -> [Probe] {
    sizes.map { side, channels in
      let (kernel, stride) = (window.kernel.map(String.init).joined(separator: "x"), window.strides[0])
      return Probe("conv \(kernel)/\(stride) at \(side) of \(channels[1])", [1, channels[0], side, side]) {
        input, net in
        var value = input
        for (index, count) in channels.dropFirst().enumerated() {
          value = try net.convolution("conv\(index)", value, count, window, hasBias: true)
          value = try net.activation("relu\(index)", value, .relu)
        }
        return value
      }
    }
  }

  static let depthwise: [Probe] =
    depthwise(
      3, 1,
      [
        (112, 24), (112, 48), (56, 96), (56, 160), (28, 176), (28, 320), (14, 400), (14, 720), (7, 800), (25, 48),
        (7, 400),
      ])
    + depthwise(3, 2, [(112, 80), (112, 48), (56, 160), (28, 224), (28, 112), (14, 640)])
    + depthwise(5, 1, [(28, 96), (28, 200), (14, 160), (14, 560), (7, 800), (7, 400)])
    + depthwise(5, 2, [(56, 96), (28, 120), (14, 480)])

  private static func depthwise(_ kernel: Int, _ stride: Int, _ sizes: [(side: Int, channels: Int)]) -> [Probe] {
    sizes.map { side, channels in
      Probe("depthwise \(kernel)/\(stride) at \(side) of \(channels)", [1, channels, side, side]) { input, net in
        let value = try net.convolution("in", input, channels, .centred(1), hasBias: true)
        let between = try net.depthwise("depthwise", value, .centred(kernel, stride: stride), hasBias: true)
        return try net.convolution("out", try net.activation("relu", between, .relu6), 32, .centred(1), hasBias: true)
      }
    }
  }
}
