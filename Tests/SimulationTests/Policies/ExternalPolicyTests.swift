import Foundation
import Partitioning
import Simulation
import StrictJSON
import Testing

/// Programs of a few lines of shell as policies, good and bad.
struct ExternalPolicyTests {
  /// A file that goes with the test.
  private final class Script {
    let path: String

    init(_ text: String) throws {
      let folder = FileManager.default.temporaryDirectory.path
      path = "\(folder)/offloadsim-\(UUID().uuidString).sh"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Answers the n-th question with `answer`, in which $n is its number.
  private static func answering(_ answer: String) -> String {
    """
    read hello
    echo '{"offloadsim_policy": 1}'
    n=0
    while read line; do
      case "$line" in
        *'"type":"decide"'*) n=$((n+1)); \(answer);;
      esac
    done
    """
  }

  private func run(_ text: String, _ options: String = "") throws -> (
    requests: [RequestRecord], result: ReplicationResult
  ) {
    let script = try Script(text)
    var model = SystemModel.chain(
      nodes: [NodeModel(name: "device", role: .device, count: 2), NodeModel(name: "cloud", role: .cloud)],
      links: [LinkModel.test()],
      layers: [ChainLayer([0.2, 0.01], bytes: 1000, on: 1), ChainLayer([0.3, 0.02], on: 1)],
      inputBytes: 100_000, arrivals: .periodic(ratePerSecond: 1), durationSeconds: 10)
    model.sources[0].policy = try PolicyRegistry.policy(spec: "external,command=/bin/sh \(script.path)\(options)")
    return try model.recorded()
  }

  private static let local: Int64 = 500_000_000
  private static let cloud: Int64 = 130_000_000

  @Test func answersAreFollowed() throws {
    let away = try run(Self.answering(#"echo "{\"id\": $n, \"tier\": \"cloud\"}""#))
    #expect(away.requests.count == 20)
    #expect(away.requests.filter { $0.machine == 0 }.allSatisfy { $0.latency == Self.cloud })
    #expect(away.result.notes.isEmpty)
    let cut = try run(Self.answering(#"echo "{\"id\": $n.0, \"cut\": \"layer0\", \"to\": \"cloud\", \"hold_ms\": 7}""#))
    let expected: Int64 = 200_000_000 + 1_000_000 + 20_000_000 + 7_000_000
    #expect(cut.requests.filter { $0.machine == 0 }.allSatisfy { $0.latency == expected })
    let whole = try run(
      Self.answering(#"echo "{\"id\": $n, \"placement\": {\"layer0\": \"device\", \"layer1\": \"device\"}}""#))
    #expect(whole.requests.allSatisfy { $0.latency == Self.local })
  }

  /// Two placements a line: the program is asked half as often, and they are used in turn.
  @Test func oneLineMayDecideSeveralTimes() throws {
    let both = #"[{\"tier\": \"device\"}, {\"tier\": \"cloud\"}]"#
    let found = try run(
      Self.answering("[ $n -le 10 ] && echo \"{\\\"id\\\": $n, \\\"decisions\\\": \(both)}\" || exit 3"), ",batch=2")
    let first = found.requests.filter { $0.machine == 0 }.map(\.latency)
    #expect(first.enumerated().allSatisfy { $0.offset.isMultiple(of: 2) == ($0.element == Self.local) })
  }

  @Test(arguments: [
    ("exit 3", "ended with exit code 3"), ("kill -9 $$", "was ended by signal 9"),
    ("echo 'not json'", "unknown word 'not'"),
    ("echo '[1]'", "an answer must be an object"), (#"echo "{\"id\": 99, \"cut\": null}""#, "must repeat"),
    (#"echo "{\"id\": $n, \"cutt\": null}""#, "did you mean 'cut'"),
    (#"echo "{\"id\": $n, \"cut\": \"layer9\"}""#, "has no layer 'layer9'"),
    (#"echo "{\"id\": $n, \"tier\": \"clout\"}""#, "did you mean 'cloud'"),
    (#"echo "{\"id\": $n}""#, "exactly one of"),
    (#"echo "{\"id\": $n, \"placement\": {\"layer0\": \"device\"}}""#, "no tier for layer 'layer1'"),
    (#"echo "{\"id\": $n, \"cut\": null, \"hold_ms\": -1}""#, "'hold_ms' must be"),
    (#"echo "{\"id\": $n, \"decisions\": []}""#, "1 to 1"),
  ])
  func badAnswersStopTheRunOrFallBack(answer: String, message: String) throws {
    let error = try #require(throws: InputError.self) { try run(Self.answering(answer)) }
    #expect(error.description.contains(message), "\(error.description)")
    #expect(error.description.contains("on_failure"))
    // With a fallback the run goes on, and says how often it was needed.
    let found = try run(Self.answering(answer), ",on_failure=local")
    #expect(found.requests.count == 20)
    #expect(found.requests.allSatisfy { $0.latency == Self.local })
    let note = try #require(found.result.notes.first)
    #expect(note.contains("20 of 20") && note.contains(message), "\(note)")
  }

  @Test func aSlowProgramIsGivenUp() throws {
    let error = try #require(throws: InputError.self) { try run(Self.answering("sleep 20"), ",timeout_ms=50") }
    #expect(error.description.contains("did not answer within 50"))
    let found = try run(Self.answering("sleep 20"), ",timeout_ms=50,on_failure=cloud")
    #expect(found.requests.filter { $0.machine == 0 }.allSatisfy { $0.latency == Self.cloud })
  }

  @Test(arguments: [
    ("exit 0", "before its first line"), ("echo hello; sleep 1", "unknown word 'hello'"),
    ("echo '{\"offloadsim_policy\": 2}'; sleep 1", "its first line must be"),
  ])
  func whoDoesNotSpeakTheProtocolIsRefused(text: String, message: String) throws {
    let error = try #require(throws: InputError.self) { try run(text) }
    #expect(error.description.contains(message), "\(error.description)")
  }

  @Test func aProgramThatIsMissingIsNamed() throws {
    let policy = try PolicyRegistry.policy(spec: "external,command=/nonexistent/program")
    let error = try #require(throws: InputError.self) { _ = try policy.session() }
    #expect(error.description.contains("cannot start '/nonexistent/program': No such file"))
  }

  /// What a machine is told: the first question of each has no outcomes, later ones those since the one before.
  @Test func outcomesComeWithTheNextQuestion() throws {
    let answer = """
      case "$line" in
        *'"outcomes":[]'*) echo "{\\"id\\": $n, \\"tier\\": \\"cloud\\"}";;
        *'"answered":true'*'"latency_ms":'*'"messages":[{"link":0,"up":true,"bytes":100000,'*)
          echo "{\\"id\\": $n, \\"tier\\": \\"cloud\\"}";;
        *) exit 9;;
      esac
      """
    let found = try run(Self.answering(answer))
    #expect(found.requests.count == 20)
  }
}
