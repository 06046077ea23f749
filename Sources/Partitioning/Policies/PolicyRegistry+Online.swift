extension PolicyRegistry {
  /// Policies that decide for each request by what they see.
  static let online: [any PartitionPolicy.Type] = [
    UCB1.self, EpsilonGreedy.self, LinUCB.self, HillClimb.self, Lyapunov.self, RadioAware.self, ContentionAware.self,
    Social.self, DeadlineAware.self,
    External.self,
  ]
}
