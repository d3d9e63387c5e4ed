package doctor

// What tests look at by itself.
var (
	Compare   = difference
	JudgeTLS  = judgeTLS
	Latency   = latency
	ReadFrame = readFrame
	IsTwiML   = isTwiML
	Titles    = titles
)
