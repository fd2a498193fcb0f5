//! Names that dialplans of Asterisk use: to tell a typing error from what is still missing here.

/// The applications of Asterisk.
pub(super) fn applications() -> impl Iterator<Item = &'static str> {
    APPLICATIONS.split_ascii_whitespace()
}

/// The functions of Asterisk.
pub(super) fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.split_ascii_whitespace()
}

/// What stands in old dialplans, went out of Asterisk, and is written in another way since.
pub(super) fn replaced(application: &str) -> Option<&'static str> {
    REPLACED.iter().find(|(name, _)| name.eq_ignore_ascii_case(application)).map(|(_, instead)| *instead)
}

const REPLACED: &[(&str, &str)] = &[
    ("AbsoluteTimeout", "Set(TIMEOUT(absolute)=seconds)"),
    ("ChangeMonitor", "StopMixMonitor(), then MixMonitor(file)"),
    ("DigitTimeout", "Set(TIMEOUT(digit)=seconds)"),
    ("Macro", "Gosub(name,s,1(arguments)), and Return() at its end; ${ARG1} stays"),
    ("MacroExit", "Return()"),
    ("MacroIf", "GosubIf(condition?name,s,1(arguments))"),
    ("Monitor", "MixMonitor(file)"),
    ("NoCDR", "Set(CDR_PROP(disable)=1)"),
    ("ResponseTimeout", "Set(TIMEOUT(response)=seconds)"),
    ("SetCallerID", "Set(CALLERID(all)=\"name\" <number>)"),
    ("SetCIDName", "Set(CALLERID(name)=name)"),
    ("SetCIDNum", "Set(CALLERID(num)=number)"),
    ("SetGlobalVar", "Set(GLOBAL(name)=value)"),
    ("SetLanguage", "Set(CHANNEL(language)=fr)"),
    ("SetVar", "Set(name=value)"),
    ("SIPAddHeader", "Set(PJSIP_HEADER(add,name)=value) in a routine of Dial's option b"),
    ("SIPDtmfMode", "Set(PJSIP_DTMF_MODE()=mode)"),
    ("SIPRemoveHeader", "Set(PJSIP_HEADER(remove,name)=) in a routine of Dial's option b"),
    ("StopMonitor", "StopMixMonitor()"),
];

/// By name, as Asterisk lists them.
const APPLICATIONS: &str = "\
    AddQueueMember ADSIProg AELSub AgentLogin AgentRequest AGI AlarmReceiver AMD Answer AttendedTransfer \
    AudioSocket Authenticate BackGround BackgroundDetect BlindTransfer Bridge BridgeAdd BridgeWait Broadcast \
    Busy CallCompletionCancel CallCompletionRequest CELGenUserEvent ChanIsAvail ChannelRedirect ChanSpy \
    ClearHash ConfBridge ConfKick Congestion ContinueWhile ControlPlayback DAHDIAcceptR2Call DAHDIScan \
    DAHDISendCallreroutingFacility DAHDISendKeypadFacility DateTime DBdeltree DeadAGI Dial Dictate Directory \
    DISA DumpChan EAGI Echo Else ElseIf EndIf EndWhile Exec ExecIf ExecIfTime ExitIf ExitWhile ExtenSpy \
    ExternalIVR Festival Flash FollowMe ForkCDR GetCPEID Gosub GosubIf Goto GotoIf GotoIfTime Hangup \
    HangupCauseClear IAX2Provision If Incomplete JabberJoin JabberLeave JabberSend JabberSendGroup JACK Log \
    MeetMe MeetMeAdmin MeetMeChannelAdmin MeetMeCount MessageSend Milliwatt MinivmAccMess MinivmDelete \
    MinivmGreet MinivmMWI MinivmNotify MinivmRecord MixMonitor Morsecode MP3Player MSet MusicOnHold NoOp \
    ODBC_Commit ODBC_Rollback ODBCFinish Originate Page Park ParkAndAnnounce ParkedCall PauseQueueMember \
    Pickup PickupChan PJSIPHangup PJSIPNotify Playback PlayTones PrivacyManager Proceeding Progress Queue \
    QueueLog QueueUpdate RaiseException Read ReadExten ReceiveFAX ReceiveMF ReceiveSF ReceiveText Record \
    Reload RemoveQueueMember ResetCDR RetryDial Return Ringing SayAlpha SayAlphaCase SayCountedAdj \
    SayCountedNoun SayDigits SayMoney SayNumber SayOrdinal SayPhonetic SayUnixTime SendDTMF SendFAX SendMF \
    SendSF SendText Set Signal SLAStation SLATrunk SMS SoftHangup SpeechActivateGrammar SpeechBackground \
    SpeechCreate SpeechDeactivateGrammar SpeechDestroy SpeechLoadGrammar SpeechProcessingSound SpeechStart \
    SpeechUnloadGrammar StackPop StartMusicOnHold Stasis StasisBroadcast StatsD StopMixMonitor \
    StopMusicOnHold StopPlayTones StoreDTMF StreamEcho System TestClient TestServer ToneScan Transfer \
    TryExec TrySystem UnpauseQueueMember UserEvent Verbose VMAuthenticate VMSayName VoiceMail VoiceMailMain \
    VoiceMailPlayMsg Wait WaitDigit WaitExten WaitForCondition WaitForNoise WaitForRing WaitForSignal \
    WaitForSilence WaitForTone WaitUntil While Zapateller";

/// By name, as Asterisk lists them.
const FUNCTIONS: &str = "\
    ABS AES_DECRYPT AES_ENCRYPT AGC AGENT AMI_CLIENT ARRAY AST_CONFIG AST_SORCERY BASE64_DECODE \
    BASE64_ENCODE BASENAME BLACKLIST CALENDAR_BUSY CALENDAR_EVENT CALENDAR_QUERY CALENDAR_QUERY_RESULT \
    CALENDAR_WRITE CALLCOMPLETION CALLERID CDR CDR_PROP CHANNEL CHANNELS CHANNEL_EXISTS CONFBRIDGE \
    CONFBRIDGE_CHANNELS CONFBRIDGE_INFO CONNECTEDLINE CSV_QUOTE CURL CURLOPT CUT DAHDI_CHANNEL DB DB_DELETE \
    DB_EXISTS DB_KEYCOUNT DB_KEYS DEC DELETE DENOISE DEVICE_STATE DIALGROUP DIALPLAN_EXISTS DIGIT_SUM \
    DIRNAME DUNDILOOKUP DUNDIQUERY DUNDIRESULT ENUMLOOKUP ENUMQUERY ENUMRESULT ENV EVAL EVAL_EXTEN EVAL_SUB \
    EXCEPTION EXISTS EXPORT EXTENSION_STATE FAXOPT FEATURE FEATUREMAP FIELDNUM FIELDQTY FILE FILE_COUNT_LINE \
    FILE_FORMAT FILTER FRAME_DROP FRAME_TRACE GEOLOC_PROFILE GLOBAL GLOBAL_DELETE GLOBAL_EXISTS GROUP \
    GROUP_COUNT GROUP_LIST GROUP_MATCH_COUNT HANGUPCAUSE HANGUPCAUSE_KEYS HASH HASHKEYS HINT HOLD_INTERCEPT \
    IAXPEER IAXVAR ICONV IF IFMODULE IFTIME IMPORT INC ISNULL JABBER_RECEIVE JABBER_STATUS JACK_HOOK \
    JITTERBUFFER JSON_DECODE KEYPADHASH LEN LISTFILTER LOCAL LOCAL_PEEK LOCK LOG_GROUP LTRIM MASTER_CHANNEL \
    MATH MAX MD5 MEETME_INFO MESSAGE MESSAGE_DATA MIN MINIVMACCOUNT MINIVMCOUNTER MIXMONITOR MUTEAUDIO ODBC \
    ODBC_ANTISOLICIT ODBC_FETCH ODBC_PRESENCE ODBC_SQL PARK_GET_CHANNEL PASSTHRU PERIODIC_HOOK PITCH_SHIFT \
    PJSIP_AOR PJSIP_CONTACT PJSIP_DIAL_CONTACTS PJSIP_DTMF_MODE PJSIP_ENDPOINT PJSIP_HEADER PJSIP_HEADERS \
    PJSIP_HEADER_PARAM PJSIP_INHERITABLE_HEADER PJSIP_MEDIA_OFFER PJSIP_MOH_PASSTHROUGH PJSIP_PARSE_URI \
    PJSIP_PARSE_URI_FROM PJSIP_RESPONSE_HEADER PJSIP_RESPONSE_HEADERS PJSIP_SEND_SESSION_REFRESH \
    PJSIP_TRANSFER_HANDLING POLARITY POP PP_EACH_EXTENSION PP_EACH_USER PRESENCE_STATE PUSH QUEUE_EXISTS \
    QUEUE_GET_CHANNEL QUEUE_MEMBER QUEUE_MEMBER_COUNT QUEUE_MEMBER_LIST QUEUE_MEMBER_PENALTY QUEUE_VARIABLES \
    QUEUE_WAITING_COUNT QUOTE RAND REALTIME REALTIME_DESTROY REALTIME_FIELD REALTIME_HASH REALTIME_STORE \
    RECORDING_INFO REDIRECTING REGEX REPLACE RTRIM SAYFILES SCRAMBLE SET SHA1 SHARED SHELL SHIFT SMDI_MSG \
    SMDI_MSG_RETRIEVE SORT SPEECH SPEECH_ENGINE SPEECH_GRAMMAR SPEECH_RESULTS_TYPE SPEECH_SCORE SPEECH_TEXT \
    SPRINTF SQL_ESC SQL_ESC_BACKSLASHES SRVQUERY SRVRESULT STACK_PEEK STAT STIR_SHAKEN \
    STIR_SHAKEN_ATTESTATION STRBETWEEN STRFTIME STRPTIME STRREPLACE SYSINFO TALK_DETECT TESTTIME TIMEOUT \
    TOLOWER TONE_DETECT TOUPPER TRIM TRYLOCK TXTCIDNAME UNLOCK UNSHIFT URIDECODE URIENCODE UUID VALID_EXTEN \
    VARIABLE_EXISTS VERSION VMCOUNT VM_INFO VOLUME";
