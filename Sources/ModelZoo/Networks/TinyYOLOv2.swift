import Inference

/// Object detection on VOC's 20 classes: 13 x 13 cells, 5 boxes of 25 numbers each.
struct TinyYOLOv2: ZooNetwork {
  let description = NetworkDescription(
    "tiny_yolov2", "Tiny YOLOv2 (VOC)", input: [1, 3, 416, 416],
    citation: "Redmon & Farhadi, \"YOLO9000: Better, Faster, Stronger\", CVPR 2017; darknet's yolov2-tiny-voc.cfg")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = input
    for (index, channels) in [16, 32, 64, 128, 256, 512, 1024, 1024].enumerated() {
      let number = index + 1
      value = try net.convolution("conv\(number).conv", value, channels, .centred(3))
      value = try net.batchNormalization("conv\(number).bn", value)
      value = try net.activation("conv\(number).leaky", value, .leakyRelu(slope: 0.1))
      switch number {
      case 1...5: value = try net.maxPool("maxpool\(number)", value, Window(2, stride: 2))
      // Keeps 13 x 13; darknet pads at the bottom and on the right.
      case 6: value = try net.maxPool("maxpool6", value, Window([2, 2], pads: [0, 0, 1, 1]))
      default: break
      }
    }
    return try net.convolution("conv9", value, 125, Window(1), hasBias: true)
  }
}
