/// Counts the n-grams of a pool in sequences of integers, skip-grams included, and may weigh the counts.
///
/// X [C] or [N, C], int32 or int64 -> Y [D] or [N, D], float32, where D is the largest entry of `ngram_indexes` + 1.
/// An n-gram is n elements at a distance of 1 to `max_skip_count` + 1 from each other. Pools of strings are refused.
/// Source: ONNX TfIdfVectorizer, opset 9.
struct TfIdfVectorizer: Operator {
  static let onnxName = "TfIdfVectorizer"

  /// What becomes of a count: it stays, is cut to 1 and weighed, or is weighed.
  enum Mode: String { case tf = "TF", idf = "IDF", tfidf = "TFIDF" }

  let mode: Mode
  let lengths: ClosedRange<Int>
  let maxSkipCount: Int
  let weights: [Float]?
  /// Where each n-gram of the pool counts.
  let columns: [[Int64]: Int]
  let width: Int

  init(from attributes: inout AttributeReader) throws {
    guard let mode = Mode(rawValue: try attributes.string("mode", default: "")) else {
      throw ShapeError("TfIdfVectorizer: 'mode' must be TF, IDF or TFIDF")
    }
    guard try attributes.stringsIfPresent("pool_strings") == nil else {
      throw ShapeError("TfIdfVectorizer over strings is not supported; use 'pool_int64s'")
    }
    let shortest = try attributes.int("min_gram_length", default: 0)
    let longest = try attributes.int("max_gram_length", default: 0)
    let maxSkipCount = try attributes.int("max_skip_count", default: 0)
    guard shortest >= 1, longest >= shortest, maxSkipCount >= 0 else {
      throw ShapeError(
        "TfIdfVectorizer: n-grams of \(shortest) to \(longest) elements with \(maxSkipCount) skips make no sense")
    }
    let indexes = try attributes.intsIfPresent("ngram_indexes") ?? []
    guard let last = indexes.max(), indexes.min() ?? 0 >= 0, last < Int(Int32.max) else {
      throw ShapeError("TfIdfVectorizer: 'ngram_indexes' must hold indices from 0 on")
    }
    columns = try Self.columns(
      pool: try attributes.intsIfPresent("pool_int64s") ?? [],
      starts: try attributes.intsIfPresent("ngram_counts") ?? [], indexes: indexes)
    let weights = try attributes.floatsIfPresent("weights")
    guard weights.map({ $0.count == indexes.count }) ?? true else {
      throw ShapeError("TfIdfVectorizer: \(indexes.count) n-grams need as many weights")
    }
    self.weights = weights.map { weights in
      var byColumn = [Float](repeating: 1, count: last + 1)
      for (index, weight) in zip(indexes, weights) { byColumn[index] = weight }
      return byColumn
    }
    self.mode = mode
    self.lengths = shortest...longest
    self.maxSkipCount = maxSkipCount
    width = last + 1
  }

  /// Reads the pool: the 1-grams first, then the 2-grams and so on, each length from its entry of `starts` on.
  private static func columns(pool: [Int], starts: [Int], indexes: [Int]) throws -> [[Int64]: Int] {
    var columns: [[Int64]: Int] = [:]
    var gram = 0
    for (position, start) in starts.enumerated() {
      let (length, end) = (position + 1, position + 1 < starts.count ? starts[position + 1] : pool.count)
      guard start >= 0, start <= end, end <= pool.count, (end - start).isMultiple(of: length) else {
        throw ShapeError("TfIdfVectorizer: 'ngram_counts' \(starts) does not divide a pool of \(pool.count)")
      }
      for offset in stride(from: start, to: end, by: length) {
        guard gram < indexes.count else { throw ShapeError("TfIdfVectorizer: more n-grams than 'ngram_indexes'") }
        columns[pool[offset..<(offset + length)].map(Int64.init)] = indexes[gram]
        gram += 1
      }
    }
    return columns
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard input.elementType == .int32 || input.elementType == .int64 else {
      throw ShapeError("TfIdfVectorizer of \(input.elementType); int32 or int64 are supported")
    }
    guard (1...2).contains(input.shape.count) else { throw ShapeError("TfIdfVectorizer of \(input.shape)") }
    let shape = input.shape.dropLast() + [width]
    _ = try checkedCount(Array(shape))
    return [TensorType(.float32, Array(shape))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let whole = Tensor(zeros: .int64, shape: input.shape)
    try Cast.convert(input, into: whole, context)
    let elements = whole.elements(as: Int64.self)
    let length = input.shape[input.shape.count - 1]
    for row in 0..<(output.elementCount / width) {
      let sequence = elements[(row * length)..<((row + 1) * length)]
      let counts = UnsafeMutableBufferPointer(start: output.floats + row * width, count: width)
      count(sequence, into: counts)
      for column in 0..<width where counts[column] > 0 {
        if mode == .idf { counts[column] = 1 }
        if mode != .tf, let weights { counts[column] *= weights[column] }
      }
    }
  }

  private func count(_ sequence: ArraySlice<Int64>, into counts: UnsafeMutableBufferPointer<Float>) {
    counts.update(repeating: 0)
    for length in lengths {
      // The distance between the elements of a 1-gram means nothing, so it is counted once.
      for distance in 1...(length == 1 ? 1 : min(maxSkipCount, sequence.count) + 1) {
        let (span, overflow) = (length - 1).multipliedReportingOverflow(by: distance)
        guard !overflow, span < sequence.count else { break }
        for start in sequence.indices.dropLast(span) {
          let gram = stride(from: start, through: start + span, by: distance).map { sequence[$0] }
          if let column = columns[gram] { counts[column] += 1 }
        }
      }
    }
  }
}
