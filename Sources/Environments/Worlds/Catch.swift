/// A ball falls down a board, and a paddle at the bottom must be under it.
///
/// The game of Mnih et al., "Recurrent models of visual attention", 2014, with the rules of bsuite (Osband et al., 2020) and dm_env: the ball
/// starts in a random column of the top row and falls one row a step; the paddle starts in the middle of the bottom row and goes left, stays or
/// goes right; when the ball reaches the bottom the episode ends with 1 if it was caught, otherwise −1. Best possible: 1; the reward comes only
/// at the end, so credit has to travel.
public struct Catch: Environment {
  /// The height of the board.
  public let rows: Int
  /// The width of the board.
  public let columns: Int
  /// Where the ball is, from the top left.
  public private(set) var ball = (row: 0, column: 0)
  /// The column of the paddle.
  public private(set) var paddle: Int
  private var progress = EpisodeProgress.unstarted

  /// A board.
  ///
  /// - Parameters:
  ///   - rows: Its height, at least 2.
  ///   - columns: Its width, at least 1.
  public init(rows: Int = 10, columns: Int = 5) {
    precondition(rows > 1 && columns > 0, "nothing can fall on a board of \(rows) by \(columns)")
    self.rows = rows
    self.columns = columns
    paddle = columns / 2
  }

  /// One number for each cell of the board.
  public var observationCount: Int { rows * columns }
  /// Left is 0, stay is 1, right is 2.
  public var actionCount: Int { 3 }

  /// Begins with the ball in a random column of the top row.
  public mutating func reset(using generator: inout some RandomNumberGenerator) -> [Double] {
    ball = (0, generator.index(below: columns))
    paddle = columns / 2
    progress = .underWay
    return board
  }

  /// Moves the paddle, and lets the ball fall.
  public mutating func step(_ action: Int) -> Step {
    progress.expect(action, below: actionCount, in: Self.self)
    paddle = min(max(paddle + action - 1, 0), columns - 1)
    ball.row += 1
    let isDown = ball.row == rows - 1
    let step = Step(
      observation: board, reward: isDown ? (ball.column == paddle ? 1 : -1) : 0,
      ending: isDown ? .terminated : nil)
    progress.follow(step)
    return step
  }

  /// Ones at the ball and at the paddle, row after row.
  private var board: [Double] {
    var cells = Array(repeating: 0.0, count: rows * columns)
    cells[(rows - 1) * columns + paddle] = 1
    cells[ball.row * columns + ball.column] = 1
    return cells
  }
}
