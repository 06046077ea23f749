import RandomStreams
import StrictJSON

/// One run's exchange of lines with an external policy.
final class Conversation: PolicySession {
  let policy: External
  /// `nil` once it has failed for good.
  private var child: ChildProcess?
  private var asked = 0
  private var failed = 0
  private var firstFailure = ""
  private var known: Set<Int> = []

  /// Starts the program and waits for it to say that it speaks the protocol.
  init(_ policy: External, in folder: String) throws {
    self.policy = policy
    let child = try ChildProcess(policy.arguments, in: folder)
    self.child = child
    let hello = JSONValue.object([
      .init("type", "hello"), .init("offloadsim_policy", 1), .init("batch", .number(policy.batch)),
      .init("objective", .string((policy.objective ?? .latency).rawValue)),
    ])
    do {
      let answer = try child.ask(hello.compact, milliseconds: policy.startMilliseconds)
      let node = try JSONParser.parse(answer, file: name)
      guard node["offloadsim_policy"]?.json == 1 else {
        throw InputError(
          "\(name): its first line must be {\"offloadsim_policy\": 1}, not \(Self.quoted(answer))")
      }
    } catch let failure as ChildProcess.Failure {
      child.kill()
      throw InputError("\(name): \(Self.words(failure)) before its first line")
    } catch {
      child.kill()
      throw error
    }
  }

  deinit {
    child?.tell(JSONValue.object([.init("type", "end")]).compact)
    child?.end()
  }

  var name: String { "policy external '\(policy.arguments.joined(separator: " ").printable)'" }

  var reportPeriodNanoseconds: Int64? { policy.reportPeriodSeconds.map { .nanoseconds($0 * 1e9) } }

  var notes: [String] {
    failed == 0
      ? []
      : [
        "\(failed) of \(asked) questions had no proper answer; \(policy.fallback.rawValue) decided (first: \(firstFailure))"
      ]
  }

  func decider(for context: DecisionContext) throws -> any OnlineDecider {
    if known.insert(context.source).inserted {
      child?.tell(ExternalMessages.network(context).compact)
    }
    return try Member(context, of: self)
  }

  /// The decisions that a line is answered with; `nil` where the fallback is to decide.
  func ask(_ question: (Int) -> JSONValue, _ problem: PlacementProblem) throws -> [Decision]? {
    asked += 1
    guard let child else {
      failed += 1
      return nil
    }
    let number = asked
    do {
      let answer = try child.ask(question(number).compact, milliseconds: policy.timeoutMilliseconds)
      do throws(InputError) {
        return try ExternalAnswer.decisions(answer, number: number, atMost: policy.batch, problem, file: name)
      } catch {
        let mistakes = error.diagnostics.map { mistake in
          mistake.message + (mistake.suggestion.map { "; did you mean '\($0)'?" } ?? "")
        }
        try fail("\(mistakes.joined(separator: "; ")) in its answer \(Self.quoted(answer))")
      }
    } catch let failure as ChildProcess.Failure {
      // What comes late would answer another question.
      child.kill()
      self.child = nil
      try fail("\(name) \(Self.words(failure))")
    }
    return nil
  }

  private func fail(_ message: String) throws {
    failed += 1
    if failed == 1 { firstFailure = message }
    if policy.fallback == .stop {
      throw InputError("\(message); give it 'on_failure' to go on with another policy")
    }
  }

  private static func words(_ failure: ChildProcess.Failure) -> String {
    switch failure {
    case .timedOut(let milliseconds): "did not answer within \(rounded(milliseconds)) ms"
    case .ended(let how): how
    case .lineTooLong: "answered with more than \(ChildProcess.lineLimit) bytes without an end of line"
    }
  }

  static func quoted(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes.prefix(200), as: UTF8.self).printable
    return "'\(text)\(bytes.count > 200 ? "..." : "")'"
  }

  /// One machine: what happened since its last question, and answers that are left.
  final class Member: OnlineDecider {
    private let context: DecisionContext
    private let conversation: Conversation
    private let substitute: Placement?
    private var outcomes: [RequestOutcome] = []
    private var left: [Decision] = []

    init(_ context: DecisionContext, of conversation: Conversation) throws {
      self.context = context
      self.conversation = conversation
      substitute = try conversation.policy.substitute(for: context.problem)
    }

    func decide(_ observation: Observation, using random: inout RandomStream) throws -> Decision {
      if left.isEmpty {
        let told = outcomes
        outcomes.removeAll()
        let question = { number in
          ExternalMessages.decide(number, self.context, observation, told)
        }
        left = try conversation.ask(question, context.problem)?.reversed() ?? []
      }
      if let decision = left.popLast() { return decision }
      return Decision(substitute ?? context.problem.placement(everythingOn: 0))
    }

    func learn(from outcome: RequestOutcome) { outcomes.append(outcome) }
  }
}
