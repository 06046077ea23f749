import Inference
import Testing

/// N-gram counts against values worked out by hand from the definition.
struct TfIdfVectorizerTests {
  private let sequence = Tensor(.int32, shape: [2, 4], elements: [1, 2, 1, 2, 2, 2, 1, 9] as [Int32])

  /// 1-grams [1] and [9], 2-grams [1, 2] and [2, 1]; columns in reverse.
  private func attributes(mode: String = "TF", longest: Int = 2, skips: Int = 0, weights: [Float]? = nil)
    -> [String: Attribute]
  {
    var attributes: [String: Attribute] = [
      "mode": .string(mode), "min_gram_length": .int(1), "max_gram_length": .int(longest),
      "max_skip_count": .int(skips), "ngram_counts": .ints([0, 2]), "ngram_indexes": .ints([3, 2, 1, 0]),
      "pool_int64s": .ints([1, 9, 1, 2, 2, 1]),
    ]
    if let weights { attributes["weights"] = .floats(weights) }
    return attributes
  }

  private func run(_ attributes: [String: Attribute]) throws -> Tensor {
    try OperatorRun("TfIdfVectorizer", [sequence], attributes, opset: 9).outputs()[0]
  }

  @Test func countsNeighbours() throws {
    let counts = try run(attributes())
    #expect(counts.shape == [2, 4])
    #expect(counts.doubles == [1, 2, 0, 2, 1, 0, 1, 1])
  }

  @Test func skipGramsAddToTheNeighbours() throws {
    // At distance 2: (1, 1), (2, 2) and (2, 1), (2, 9); at distance 3: (1, 2) and (2, 9).
    #expect(try run(attributes(skips: 2)).doubles == [1, 3, 0, 2, 2, 0, 1, 1])
    #expect(try run(attributes(skips: .max - 1)).doubles == [1, 3, 0, 2, 2, 0, 1, 1])
  }

  @Test func weighsInTheOrderOfThePool() throws {
    let weights: [Float] = [10, 20, 30, 40]
    #expect(try run(attributes(mode: "TFIDF", weights: weights)).doubles == [40, 60, 0, 20, 40, 0, 20, 10])
    #expect(try run(attributes(mode: "IDF", weights: weights)).doubles == [40, 30, 0, 10, 40, 0, 20, 10])
  }

  @Test(arguments: ["pool_strings", "mode", "ngram_counts", "weights", "min_gram_length"])
  func refusesWhatDoesNotFit(name: String) {
    var attributes = attributes()
    attributes[name] =
      switch name {
      case "pool_strings": .strings(["a"])
      case "mode": .string("BM25")
      case "ngram_counts": .ints([0, 7])
      case "weights": .floats([1])
      default: .int(3)
      }
    #expect(throws: (any Error).self) { try run(attributes) }
  }
}
