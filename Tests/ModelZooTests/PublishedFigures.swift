import Testing

/// What is known of a network from elsewhere.
struct PublishedFigures: Sendable, CustomTestStringConvertible {
  let name: String
  let outputShape: [Int]
  /// Trainable parameters: BatchNormalization's scale and shift, not its statistics.
  let parameters: Int
  /// Multiply-accumulates of convolutions, matrix products and recurrent steps at batch 1.
  let macs: Int

  var testDescription: String { name }

  init(_ name: String, _ outputShape: [Int], parameters: Int, macs: Int) {
    self.name = name
    self.outputShape = outputShape
    self.parameters = parameters
    self.macs = macs
  }

  /// The zoo's networks, with the sources of their figures.
  ///
  /// For torchvision's networks the parameters are `num_params` in the metadata of its weights, and the MACs agree with
  /// `_ops` there, which has three places of G. The others carry their source.
  static let all = [
    // 28·28·150 + 10·10·2400 + 400·120 + 120·84 + 84·10 multiply-accumulates
    PublishedFigures("lenet5", [1, 10], parameters: 61_706, macs: 416_520),
    PublishedFigures("alexnet", [1, 1000], parameters: 61_100_840, macs: 714_188_480),
    PublishedFigures("vgg16", [1, 1000], parameters: 138_357_544, macs: 15_470_264_320),
    PublishedFigures("resnet18", [1, 1000], parameters: 11_689_512, macs: 1_814_073_344),
    PublishedFigures("resnet50", [1, 1000], parameters: 25_557_032, macs: 4_089_184_256),
    // Keras MobileNet: 4,253,864 in all, less 21,888 statistics; table 8 of the paper has 569 M.
    PublishedFigures("mobilenet_v1", [1, 1000], parameters: 4_231_976, macs: 568_740_352),
    PublishedFigures("mobilenet_v2", [1, 1000], parameters: 3_504_872, macs: 300_774_272),
    PublishedFigures("mobilenet_v3_small", [1, 1000], parameters: 2_542_856, macs: 56_510_400),
    PublishedFigures("mobilenet_v3_large", [1, 1000], parameters: 5_483_032, macs: 216_589_760),
    PublishedFigures("squeezenet1_1", [1, 1000], parameters: 1_235_496, macs: 349_151_936),
    PublishedFigures("googlenet", [1, 1000], parameters: 6_624_904, macs: 1_498_376_192),
    PublishedFigures("inception_v3", [1, 1000], parameters: 23_834_568, macs: 5_713_216_096),
    PublishedFigures("efficientnet_b0", [1, 1000], parameters: 5_288_548, macs: 385_814_752),
    PublishedFigures("densenet121", [1, 1000], parameters: 7_978_856, macs: 2_834_161_664),
    PublishedFigures("shufflenet_v2_x1_0", [1, 1000], parameters: 2_278_604, macs: 144_907_992),
    // darknet's yolov2-tiny-voc: 63,471,556 bytes of weights, 4 each, less a header of 16, 3056 means and 3056 variances
    PublishedFigures("tiny_yolov2", [1, 125, 13, 13], parameters: 15_861_773, macs: 3_485_520_896),
    // PyTorch Hub, mateuszbuda_brain-segmentation-pytorch_unet
    PublishedFigures("unet", [1, 1, 256, 256], parameters: 7_763_041, macs: 12_071_206_912),
    PublishedFigures("mlp", [1, 10], parameters: 1_863_690, macs: 1_861_632),
    // Keras: 269,992 in all, 267,928 trainable; a multiply-accumulate for every weight that is no bias
    PublishedFigures("fc_autoencoder", [1, 640], parameters: 267_928, macs: 264_192),
    // Keras: 24,908 in all, of which 1,152 are statistics
    PublishedFigures("ds_cnn", [1, 12], parameters: 23_756, macs: 2_656_768),
    // Keras: 78,666 in all, of which 480 are statistics
    PublishedFigures("resnet8", [1, 10], parameters: 78_186, macs: 12_501_632),
    // 100 steps of gates · 256 · (inputs + 256), for 128 and 256 inputs; ONNX has two biases per gate
    PublishedFigures("lstm", [100, 1, 256], parameters: 921_600, macs: 91_750_400),
    PublishedFigures("gru", [100, 1, 256], parameters: 691_200, macs: 68_812_800),
    // T = 128, d = 256: 4 layers of T (4 d² + 8 d²) + 2 T² d
    PublishedFigures("bert_mini", [1, 128, 256], parameters: 3_159_040, macs: 436_207_616),
    // T = 128, d = 768: 6 layers of T (4 d² + 8 d²) + 2 T² d; parameters of Hugging Face's DistilBertModel
    PublishedFigures("distilbert", [1, 128, 768], parameters: 66_362_880, macs: 5_586_812_928),
    // 128 tokens of 84,934,656 in the blocks, 38,597,376 in the head and 2 · 12 · 128 · 768 in the attention
    PublishedFigures("gpt2", [1, 128, 50_257], parameters: 124_439_808, macs: 16_114_089_984),
  ]
}
