/// Where the pages of a machine that are larger than 4 KiB come from.
public enum LargePages: String, Sendable, Hashable, CaseIterable {
  /// Runs of frames as the host has them; where it has none, the next smaller size is taken.
  case available
  /// Linux's transparent huge pages: 2 MiB at most, and 4 KiB where no run of that size is free.
  case transparent
  /// A pool of pages of the one size, as hugetlbfs has: without a free one the machine has no memory for
  /// the page, even if smaller ones are free.
  case pool
}
